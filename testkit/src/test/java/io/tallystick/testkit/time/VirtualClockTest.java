package io.tallystick.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class VirtualClockTest {
    private final VirtualClock clock = new VirtualClock();

    @Test
    void stands_still_until_it_is_told_to_move() {
        assertThat(clock.instant()).isEqualTo(VirtualClock.START).isEqualTo(clock.instant());
    }

    @Test
    void advances_and_jumps_backwards() {
        assertThat(clock.advance(Duration.ofSeconds(10))).isEqualTo(VirtualClock.START.plusSeconds(10));
        assertThat(clock.jumpBackwards(Duration.ofSeconds(15))).isEqualTo(VirtualClock.START.minusSeconds(5));
        assertThat(clock.instant()).isEqualTo(VirtualClock.START.minusSeconds(5));
    }

    @Test
    void can_be_set_to_any_time() {
        clock.set(VirtualClock.START.minusSeconds(1));
        assertThat(clock.instant()).isBefore(VirtualClock.START);
    }

    @Test
    void refuses_a_negative_step_instead_of_going_the_other_way() {
        assertThatThrownBy(() -> clock.advance(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("advance");
        assertThatThrownBy(() -> clock.jumpBackwards(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jumpBackwards");
    }
}
