package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.CallObserver;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcCall;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many transactions of the source become one of the target, and what it costs to find those that are refused among them. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class GroupWorkTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final Duration WAY = Duration.ofMillis(3);
    private static final String TOO_LONG = "longer than eight";

    private final TestDatabase db;
    private final TableName name;
    private final SourceTable item;
    private final Calls calls = new Calls();

    GroupWorkTest(TestDatabase db) {
        this.db = db;
        this.name = new TableName(db.engine() == Engine.POSTGRESQL ? "public" : db.name(), "item");
        this.item = Texts.table(name, "n_id", "note");
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
    }

    @BeforeEach
    void empty() {
        db.execute(
                "DROP TABLE IF EXISTS item",
                "CREATE TABLE item (n_id BIGINT PRIMARY KEY, note VARCHAR(8))",
                "DELETE FROM tally_position",
                "DELETE FROM tally_quarantine");
    }

    @Test
    void the_one_that_is_refused_among_many_is_found_by_halves() throws Exception {
        List<TransactionPiece> pieces = new ArrayList<>(inserts(600, id -> id == 400));
        pieces.add(piece(601, Change.update(null, Texts.row(item, 400, TOO_LONG + " as well"))));
        pieces.add(piece(602, Change.update(null, Texts.row(item, 401, "later"))));
        TargetProgress progress = applied(10_000, pieces);
        assertThat(notes()).hasSize(599).doesNotContainKey(400L).containsEntry(401L, "later");
        assertThat(parked()).containsExactly("INSERT 400", "UPDATE 601");
        assertThat(progress.status().counts()).isEqualTo(new PipelineStatus.Counts(600, 602, 0, 1, 0));
        assertThat(calls.savepoints)
                .as("changes that were made one by one")
                .hasValueLessThanOrEqualTo(24)
                .hasValueGreaterThan(0);
    }

    @Test
    void the_one_that_is_refused_at_the_commit_is_found_by_halves() throws Exception {
        if (db.engine() != Engine.POSTGRESQL) {
            return; // nothing is looked at only at the commit there
        }
        db.execute("CREATE TABLE IF NOT EXISTS allowed (note VARCHAR(8) PRIMARY KEY)");
        db.execute("INSERT INTO allowed VALUES ('good') ON CONFLICT DO NOTHING");
        db.execute("ALTER TABLE item ADD FOREIGN KEY (note) REFERENCES allowed DEFERRABLE INITIALLY DEFERRED");
        List<TransactionPiece> pieces = IntStream.rangeClosed(1, 300)
                .mapToObj(id -> piece(id, Change.insert(Texts.row(item, id, id == 123 ? "bad" : "good"))))
                .toList();
        applied(10_000, pieces);
        assertThat(notes()).hasSize(299).doesNotContainKey(123L);
        assertThat(parked()).containsExactly("INSERT 123");
    }

    @Test
    void what_is_refused_behind_a_large_transaction_does_not_have_it_made_again() throws Exception {
        List<TransactionPiece> pieces = new ArrayList<>();
        for (int part = 0; part < 3; part++) {
            List<Change> changes = IntStream.range(10 * part, 10 * part + 10)
                    .mapToObj(id -> Change.insert(Texts.row(item, id, "large")))
                    .toList();
            pieces.add(new TransactionPiece("t1", new Position("1"), Instant.EPOCH, null, changes, part == 2));
        }
        pieces.add(piece(50, Change.insert(Texts.row(item, 50, TOO_LONG))));
        pieces.add(piece(51, Change.insert(Texts.row(item, 51, "small"))));
        // the first two parts are written before the end is taken, and that together with those behind it
        applied(11, pieces);
        assertThat(notes()).hasSize(31).containsEntry(51L, "small");
        assertThat(parked()).containsExactly("INSERT 50");
        assertThat(calls.savepoints).as("of the small ones alone").hasValueLessThanOrEqualTo(2);
    }

    @Test
    void where_nearly_everything_is_refused_the_seeking_ends() throws Exception {
        applied(10_000, inserts(2_000, id -> id % 7 != 0));
        assertThat(notes()).hasSize(2_000 / 7);
        assertThat(parked()).hasSize(2_000 - 2_000 / 7);
        assertThat(calls.rollbacks.get() - parked().size())
                .as("refused groups, without refused rows")
                .isLessThan(100);
    }

    @Test
    void a_distant_target_gets_larger_groups() throws Exception {
        calls.delay = WAY;
        applied(10, inserts(400, id -> false));
        assertThat(notes()).hasSize(400);
        // the first position, and then four times ten changes at once: one for each millisecond and those of a near
        // target
        assertThat(calls.moves).hasValueLessThanOrEqualTo(1 + 10);
    }

    @Test
    void halves_end_where_transactions_end() {
        TransactionPiece small = piece(1, Change.insert(Texts.row(item, 1, "one")));
        List<Change> many = IntStream.range(0, 50)
                .mapToObj(id -> Change.insert(Texts.row(item, id, "many")))
                .toList();
        TransactionPiece part = new TransactionPiece("t2", new Position("2"), Instant.EPOCH, null, many, false);
        TransactionPiece end = new TransactionPiece("t2", new Position("2"), Instant.EPOCH, null, many, true);
        assertThat(GroupWork.half(List.of(part, end))).as("one transaction").isZero();
        assertThat(GroupWork.half(List.of(small, part, end))).isEqualTo(1);
        assertThat(GroupWork.half(List.of(part, end, small))).isEqualTo(2);
        assertThat(GroupWork.half(List.of(end, end, end, end))).isEqualTo(2);
        assertThat(GroupWork.half(List.of(small, small))).as("not worth it").isZero();
    }

    private List<TransactionPiece> inserts(int count, IntPredicate refused) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(id -> piece(id, Change.insert(Texts.row(item, id, refused.test(id) ? TOO_LONG : "n" + id))))
                .toList();
    }

    private static TransactionPiece piece(int number, Change change) {
        return new TransactionPiece(
                "t" + number, new Position("" + number), Instant.EPOCH, null, List.of(change), true);
    }

    /** Everything lies there before the target takes it: so groups are as large as they may be. */
    private TargetProgress applied(int groupChanges, List<TransactionPiece> pieces) throws Exception {
        PieceQueue queue = new PieceQueue(8 << 20);
        for (TransactionPiece piece : pieces) {
            assertThat(queue.put(new Delivery.Piece(piece, null), Duration.ZERO))
                    .isTrue();
        }
        return OneTable.applied(
                OneTable.mirrored(db, FaultyDataSource.around(db.dataSource(), calls), name),
                queue,
                groupChanges,
                pieces.get(pieces.size() - 1).position());
    }

    private Map<Long, String> notes() {
        Map<Long, String> notes = new TreeMap<>();
        Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query(
                        "SELECT n_id, note FROM item", row -> notes.put(row.longValue("n_id"), row.string("note"))));
        return notes;
    }

    private List<String> parked() {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query(
                        "SELECT operation, position FROM tally_quarantine ORDER BY id",
                        row -> row.string("operation") + " " + row.string("position")));
    }

    /** Counts what matters here, and makes every answer come late. */
    private static final class Calls implements CallObserver {

        private final AtomicInteger savepoints = new AtomicInteger();
        private final AtomicInteger rollbacks = new AtomicInteger();
        private final AtomicInteger moves = new AtomicInteger();
        private volatile Duration delay = Duration.ZERO;

        @Override
        public void before(JdbcCall call) {
            savepoints.addAndGet(call.method().equals("setSavepoint") ? 1 : 0);
            rollbacks.addAndGet(call.method().equals("rollback") ? 1 : 0);
            moves.addAndGet(call.mentions("SET position") ? 1 : 0);
            long until = System.nanoTime() + delay.toNanos();
            while (until - System.nanoTime() > 0) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
        }
    }
}
