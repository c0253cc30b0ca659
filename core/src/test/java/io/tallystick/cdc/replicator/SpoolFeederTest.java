package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.cdc.spool.DiskSpool;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a target gets from the spool, and the moment from which on it gets it elsewhere: nothing between, nothing twice. */
class SpoolFeederTest {

    private static final SourceTable LEDGER = Texts.table(new TableName("public", "ledger"), "n_id", "note");

    @TempDir
    private Path folder;

    @Test
    void a_feeder_ends_only_when_everything_durable_was_put_and_goes_on_otherwise() throws InterruptedException {
        PieceQueue queue = new PieceQueue(2_000);
        TargetProgress progress = new TargetProgress("slow");
        progress.connected(new Position("3"));
        List<Integer> got = new ArrayList<>();
        try (DiskSpool spool =
                DiskSpool.open(SpoolSettings.in(folder), "test", Set.of(LEDGER.name()), new Texts.OnDisk())) {
            spool.begin(new Position("3"));
            append(spool, 4, 60);
            SpoolFeeder feeder = new SpoolFeeder(
                            spool, queue, progress, (one, other) -> number(one) >= number(other), damaged -> {})
                    .start();
            await().until(() -> queue.bytes() > 1_000);
            assertThat(feeder.endsWithin(Duration.ofMillis(50)))
                    .as("ended although the queue has no room for the rest")
                    .isFalse();
            append(spool, 61, 90);
            while (got.size() < 87) {
                take(queue, got);
            }
            assertThat(feeder.endsWithin(Duration.ofSeconds(60))).isTrue();
            take(queue, got);
            assertThat(got).isEqualTo(IntStream.rangeClosed(4, 90).boxed().toList());
            feeder.stop();
        }
    }

    private static void append(DiskSpool spool, int first, int last) {
        for (int number = first; number <= last; number++) {
            assertThat(spool.append(new TransactionPiece(
                            "t" + number,
                            new Position("" + number),
                            Instant.EPOCH,
                            null,
                            List.of(Change.insert(Texts.row(LEDGER, number, "x".repeat(50)))),
                            true)))
                    .isTrue();
        }
        spool.force();
    }

    private static void take(PieceQueue queue, List<Integer> into) throws InterruptedException {
        for (Delivery delivery : queue.take(1_000, Duration.ofMillis(20)).deliveries()) {
            if (delivery instanceof Delivery.Piece piece) {
                into.add(number(piece.piece().position()));
            }
        }
    }

    private static int number(Position position) {
        return Integer.parseInt(position.text());
    }
}
