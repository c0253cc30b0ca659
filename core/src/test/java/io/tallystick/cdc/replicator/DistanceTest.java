package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How large a group is worth its way, by answers whose time is told to it. */
class DistanceTest {

    private static final int NEAR = 1_000;
    private static final long MILLISECOND = 1_000_000;

    private final AtomicLong clock = new AtomicLong();
    private final Distance distance = new Distance(clock::get);

    private void answers(int times, long millis) {
        for (int i = 0; i < times; i++) {
            assertThat(distance.<Long>over(() -> clock.addAndGet(millis * MILLISECOND)))
                    .isEqualTo(clock.get());
        }
    }

    @Test
    void each_millisecond_of_the_way_is_worth_as_many_changes_again_up_to_ten_times() {
        answers(1, 0);
        assertThat(distance.worthOneTransaction(NEAR)).isEqualTo(NEAR);
        answers(40, 3);
        assertThat(distance.worthOneTransaction(NEAR)).isEqualTo(4 * NEAR);
        answers(40, 500);
        assertThat(distance.worthOneTransaction(NEAR)).isEqualTo(10 * NEAR);
    }

    @Test
    void late_answers_among_quick_ones_say_nothing() {
        for (int i = 0; i < 20; i++) {
            answers(1, 0);
            answers(15, 50);
            assertThat(distance.worthOneTransaction(NEAR)).isEqualTo(NEAR);
        }
    }

    @Test
    void a_target_that_moves_away_within_a_session_gets_larger_groups_and_one_that_comes_back_smaller_ones_at_once() {
        answers(100, 0);
        answers(40, 5);
        assertThat(distance.worthOneTransaction(NEAR)).isEqualTo(6 * NEAR);
        answers(1, 0);
        assertThat(distance.worthOneTransaction(NEAR)).isEqualTo(NEAR);
    }
}
