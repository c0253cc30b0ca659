package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Others write on the server, one transaction after the other, and nothing of it is for the pipeline. */
class PieceMakerTest {

    private Instant now = Instant.EPOCH.plus(Duration.ofDays(1));
    private int written;
    private final List<TransactionPiece> told = new ArrayList<>();
    private final MariaDbProgress progress = new MariaDbProgress(new Position("none"));
    private final PieceMaker pieces = new PieceMaker(progress, () -> now, (piece, weight) -> told.add(piece));

    /** So many transactions within a second. */
    private void second(int transactions) throws InterruptedException {
        for (int i = 0; i < transactions; i++) {
            now = now.plus(Duration.ofSeconds(1).dividedBy(transactions));
            written++;
            pieces.end(new Gtid("0", 1, written));
        }
    }

    @Test
    void how_far_the_log_was_read_is_told_once_a_second_and_often_while_a_copy_waits_for_it() throws Exception {
        second(1_000);
        second(1_000);
        assertThat(told).hasSizeBetween(2, 3);

        told.clear();
        pieces.tellOften(true);
        second(1_000);
        assertThat(told)
                .hasSizeBetween(50, 200)
                .allMatch(piece -> piece.last() && piece.changes().isEmpty());
        assertThat(told.get(told.size() - 1).position().text())
                .startsWith("0-1-")
                .isGreaterThan("0-1-2900");

        told.clear();
        pieces.tellOften(false);
        second(1_000);
        assertThat(told).hasSizeLessThan(3);
    }
}
