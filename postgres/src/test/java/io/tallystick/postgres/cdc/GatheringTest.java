package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a reader of the log waits for more of it, by a clock of the test's own. */
class GatheringTest {

    private static final int CHANGE = 200;

    private long now = TimeUnit.HOURS.toNanos(1);
    private final Gathering gathering = new Gathering(now);

    @Test
    void a_thousand_transactions_a_second_are_never_waited_for() {
        for (int i = 0; i < 10_000; i++) {
            // begin, change and commit come as three packets, one right after the other
            reads(CHANGE / 3, 990);
            reads(CHANGE / 3, 5);
            reads(CHANGE / 3, 5);
            assertThat(gathering.momentNanos()).as("after transaction %d", i).isZero();
        }
    }

    @Test
    void a_flow_is_waited_for_5_ms_and_a_flood_10() {
        for (int i = 0; i < 1_000; i++) {
            reads(CHANGE, 1_000_000 / 20_000);
        }
        assertThat(gathering.momentNanos()).as("at 20,000 changes a second").isEqualTo(millis(5));
        for (int i = 0; i < 1_000; i++) {
            reads(CHANGE, 1_000_000 / 100_000);
        }
        assertThat(gathering.momentNanos()).as("at 100,000 changes a second").isEqualTo(millis(10));
    }

    @Test
    void what_comes_in_large_reads_has_gathered_already() {
        for (int i = 0; i < 1_000; i++) {
            reads(64 * 1024, 100);
            assertThat(gathering.momentNanos()).isZero();
        }
        reads(CHANGE, 10);
        assertThat(gathering.momentNanos()).as("the end of what had gathered").isPositive();
    }

    @Test
    void a_read_that_had_no_room_for_more_is_followed_by_the_next_at_once() {
        flood();
        gathering.read(CHANGE, true, now);
        assertThat(gathering.momentNanos()).isZero();
    }

    @Test
    void the_flood_goes_on_through_the_waiting_and_ends_with_what_comes() {
        flood();
        for (int i = 0; i < 100; i++) {
            now += gathering.momentNanos();
            reads(64 * 1024, 1_000);
            reads(CHANGE, 20);
        }
        assertThat(gathering.momentNanos()).as("6 MB/s still come through").isEqualTo(millis(10));
        int waited = 0;
        for (int i = 0; i < 100; i++) {
            waited += gathering.momentNanos() > 0 ? 1 : 0;
            reads(CHANGE, 1_000);
        }
        assertThat(gathering.momentNanos()).isZero();
        assertThat(waited)
                .as("transactions of the flood's end that were waited for")
                .isLessThan(50);
    }

    @Test
    void after_a_silence_nothing_is_waited_for() {
        flood();
        assertThat(gathering.momentNanos()).isPositive();
        gathering.silence();
        assertThat(gathering.momentNanos()).isZero();
    }

    private void flood() {
        for (int i = 0; i < 100; i++) {
            reads(CHANGE, 5);
        }
    }

    private void reads(int bytes, long afterMicros) {
        now += TimeUnit.MICROSECONDS.toNanos(afterMicros);
        gathering.read(bytes, false, now);
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
