package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.UnavailableException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a resource that failed is asked again, and whom it keeps out meanwhile. */
class AskedAgainTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private final ResourceHealth health = new ResourceHealth("stock");

    @Test
    void a_single_look_that_failed_keeps_nobody_out_and_a_second_one_does_until_it_answers() {
        health.unreachable("no route", NOW);
        assertThatCode(health::admit).doesNotThrowAnyException();

        health.unreachable("no route", NOW);
        assertThatThrownBy(health::admit).isInstanceOf(UnavailableException.class);

        health.reached();
        assertThatCode(health::admit).doesNotThrowAnyException();
    }

    @Test
    void branches_that_cannot_be_finished_keep_nobody_out_while_their_resource_answers_looks() {
        health.reached();
        for (int i = 0; i < 5; i++) {
            health.failed("it is held by another session", NOW);
        }

        assertThatCode(health::admit).doesNotThrowAnyException();
        assertThat(health.reasonNotToPrepare()).isNull();
    }

    @Test
    void the_pause_grows_and_is_never_longer_than_five_seconds() {
        health.failed("no route", NOW);
        assertThat(health.mayTry(NOW)).isFalse();
        assertThat(health.mayTry(NOW.plusMillis(50))).isTrue();

        for (int i = 0; i < 40; i++) {
            health.failed("no route", NOW);
        }
        assertThat(health.mayTry(NOW.plusMillis(4_999))).isFalse();
        assertThat(health.mayTry(NOW.plusSeconds(5))).isTrue();
    }

    @Test
    void after_an_answer_there_is_no_pause() {
        health.failed("no route", NOW);
        health.answered();

        assertThat(health.mayTry(NOW)).isTrue();
    }

    @Test
    void a_clock_that_jumped_back_makes_the_pause_no_longer() {
        health.failed("no route", NOW);

        assertThat(health.mayTry(NOW.minusSeconds(3_600))).isTrue();
    }
}
