package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A spool holds a stretch twice when the reading was cut before the stretch was forced. Where such a piece stands is always asked,
 * wherever the groups of the target end.
 */
@Databases(Engine.POSTGRESQL)
class SpooledTwiceTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final TableName NAME = new TableName("public", "entry");
    /** One change each. */
    private static final List<Integer> SPOOLED = List.of(1, 2, 3, 4, 2, 3, 4, 5, 6);

    private static final Position LAST = new Position("6");

    private final TestDatabase db;
    private final SourceTable entry = new SourceTable(
            NAME, List.of(new SourceColumn("n_number", new Texts.TextType("bigint", ValueKind.INTEGER), true)));

    @TempDir
    private Path folder;

    SpooledTwiceTest(TestDatabase db) {
        this.db = db;
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        db.execute("DROP TABLE IF EXISTS entry", "CREATE TABLE entry (n_number BIGINT PRIMARY KEY)");
    }

    @Test
    void a_stretch_that_lies_in_the_spool_twice_is_applied_once_wherever_groups_end() throws Exception {
        for (int changes = 1; changes <= SPOOLED.size(); changes++) {
            db.execute("TRUNCATE entry, tally_position, tally_quarantine");
            TargetProgress progress = OneTable.applied(OneTable.mirrored(db, NAME), queueFromSpool(), changes, LAST);
            assertThat(numbers())
                    .as("in groups of %d changes", changes)
                    .isEqualTo(LongStream.rangeClosed(1, 6).boxed().toList());
            assertThat(progress.status().counts())
                    .as("in groups of %d changes", changes)
                    .isEqualTo(new PipelineStatus.Counts(6, 6, 0, 0));
        }
    }

    /** Everything that lies there, before anybody takes it: so groups end where they are told to. */
    private PieceQueue queueFromSpool() throws InterruptedException {
        PieceQueue queue = new PieceQueue(1 << 20);
        TargetProgress stands = new TargetProgress("db");
        stands.connected(new Position("0"));
        try (DiskSpool spool = DiskSpool.open(SpoolSettings.in(folder), "test", Set.of(NAME), new Texts.OnDisk())) {
            spool.begin(new Position("0"));
            SPOOLED.forEach(number -> assertThat(spool.append(piece(number))).isTrue());
            spool.force();
            SpoolFeeder feeder = new SpoolFeeder(spool, queue, stands, OneTable::covers, damaged -> {}).start();
            assertThat(feeder.endsWithin(LONG)).isTrue();
        }
        return queue;
    }

    private TransactionPiece piece(int number) {
        return new TransactionPiece(
                "t" + number,
                new Position("" + number),
                Instant.EPOCH,
                null,
                List.of(Change.insert(Texts.row(entry, number))),
                true);
    }

    private List<Long> numbers() {
        return Jdbc.on(db.dataSource())
                .autocommit(tx ->
                        tx.query("SELECT n_number FROM entry ORDER BY n_number", row -> row.longValue("n_number")));
    }
}
