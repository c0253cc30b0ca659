package io.tallystick.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What the log of a real database becomes on its way through Debezium's connector and the adapter. */
@Databases(Engine.POSTGRESQL)
class DebeziumStreamTest {

    /** Long enough for a loaded machine; a test that needs it has failed. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final Set<TableName> ACCOUNT = Set.of(new TableName("public", "account"));

    private final TestDatabase db;
    private String slot = "";
    private Connector connector;

    DebeziumStreamTest(TestDatabase db) {
        this.db = db;
        this.connector = new PostgresByDebezium(db, "none");
    }

    @BeforeEach
    void begin(TestInfo test) {
        slot = "d_" + Integer.toHexString((db.name() + test.getDisplayName()).hashCode());
        connector = new PostgresByDebezium(db, slot);
        db.execute(
                "DROP TABLE IF EXISTS account", "CREATE TABLE account (id bigint PRIMARY KEY, name text, note text)");
    }

    @AfterEach
    void leaveNothing() {
        connector.release();
    }

    @Test
    void a_transaction_comes_whole_with_all_its_changes_in_their_order() {
        try (ChangeStream stream = stream()) {
            db.execute("BEGIN; INSERT INTO account VALUES (1, 'a', NULL), (2, 'b', 'x');"
                    + " UPDATE account SET name = 'c' WHERE id = 1; DELETE FROM account WHERE id = 2; COMMIT");
            db.execute("BEGIN; INSERT INTO account VALUES (9, 'never', NULL); ROLLBACK");
            db.execute("INSERT INTO account VALUES (3, 'd', NULL)");
            assertThat(told(stream, 2))
                    .containsExactly(
                            List.of(
                                    "INSERT [1, a, null]",
                                    "INSERT [2, b, x]",
                                    "UPDATE [1, c, null]",
                                    "DELETE [2, null, null]"),
                            List.of("INSERT [3, d, null]"));
        }
    }

    @Test
    void a_changed_key_is_one_update_and_an_emptied_table_is_told() {
        db.execute("INSERT INTO account VALUES (1, 'a', NULL), (5, 'e', NULL)");
        try (ChangeStream stream = stream()) {
            db.execute("UPDATE account SET id = 2, name = 'b' WHERE id = 1", "TRUNCATE account");
            List<List<TransactionPiece>> found = transactions(stream, 2);
            Change moved = found.get(0).get(0).changes().get(0);
            assertThat(found.get(0).get(0).changes()).hasSize(1);
            assertThat(moved.operation()).isEqualTo(Change.Operation.UPDATE);
            assertThat(moved.before().value(0)).isEqualTo(1L);
            assertThat(moved.after().value(0)).isEqualTo(2L);
            assertThat(found.get(1).get(0).changes().get(0).operation()).isEqualTo(Change.Operation.TRUNCATE);
        }
    }

    @Test
    void a_value_that_the_log_does_not_repeat_is_unchanged_and_a_null_is_no_default() {
        db.execute(
                "ALTER TABLE account ALTER note SET DEFAULT 'unless told'",
                "ALTER TABLE account ALTER name SET STORAGE EXTERNAL",
                "INSERT INTO account VALUES (1, repeat('long', 2000), 'x')");
        try (ChangeStream stream = stream()) {
            db.execute("UPDATE account SET note = NULL");
            assertThat(told(stream, 1)).containsExactly(List.of("UPDATE [1, unchanged, null]"));
        }
    }

    @Test
    void a_large_transaction_waits_in_a_file_and_comes_in_pieces() {
        DebeziumChangeSource source = new DebeziumChangeSource(connector, 100_000, "__unchanged");
        try (ChangeStream stream = source.open(ACCOUNT, source.establish(ACCOUNT))) {
            db.execute("INSERT INTO account SELECT n, 'name ' || n, NULL FROM generate_series(1, 10000) n");
            List<TransactionPiece> pieces = transactions(stream, 1).get(0);
            assertThat(pieces)
                    .hasSizeGreaterThan(2)
                    .extracting(TransactionPiece::position)
                    .containsOnly(pieces.get(0).position());
            assertThat(pieces.stream()
                            .flatMap(piece -> piece.changes().stream())
                            .map(DebeziumStreamTest::told))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 10_000)
                            .mapToObj(n -> "INSERT [" + n + ", name " + n + ", null]")
                            .toList());
        }
    }

    @Test
    void from_each_position_the_rest_is_read_again_whole_and_covered_by_what_was_read_before() {
        try (DebeziumChangeSource source = DebeziumChangeSource.of(connector)) {
            Position before = source.establish(ACCOUNT);
            List<List<TransactionPiece>> all;
            try (ChangeStream stream = source.open(ACCOUNT, before)) {
                for (int n = 1; n <= 5; n++) {
                    db.execute("INSERT INTO account VALUES (" + n + ", 'a', NULL), (" + -n + ", 'b', NULL)");
                }
                all = transactions(stream, 5);
            }
            List<Position> positions =
                    all.stream().map(pieces -> pieces.get(0).position()).toList();
            assertThat(positions.stream().map(each -> source.covers(positions.get(2), each)))
                    .containsExactly(true, true, true, false, false);
            assertThat(source.covers(positions.get(0), before)).isTrue();
            for (int read = 0; read < 4; read++) {
                Position from = positions.get(read);
                try (ChangeStream again = source.open(ACCOUNT, from)) {
                    List<String> rest = new ArrayList<>();
                    while (rest.size() < 4 - read) {
                        for (TransactionPiece piece : transactions(again, 1).get(0)) {
                            assertThat(piece.changes()).hasSize(2);
                            if (!source.covers(from, piece.position())) {
                                rest.add(told(piece.changes().get(0)));
                            }
                        }
                    }
                    assertThat(rest)
                            .as("after %s", from)
                            .containsExactlyElementsOf(IntStream.rangeClosed(read + 2, 5)
                                    .mapToObj(n -> "INSERT [" + n + ", a, null]")
                                    .toList());
                }
            }
        }
    }

    @Test
    void what_is_acknowledged_the_database_may_forget() {
        try (DebeziumChangeSource source = DebeziumChangeSource.of(connector);
                ChangeStream stream = source.open(ACCOUNT, source.establish(ACCOUNT))) {
            db.execute("INSERT INTO account VALUES (1, 'a', NULL)");
            Position read = transactions(stream, 1).get(0).get(0).position();
            await().atMost(LONGEST).until(() -> {
                stream.acknowledge(read);
                stream.poll(Duration.ofMillis(50));
                return source.covers(source.establish(ACCOUNT), read);
            });
        }
    }

    @Test
    void a_position_of_another_database_or_another_kind_of_source_is_a_gap() {
        try (DebeziumChangeSource source = DebeziumChangeSource.of(connector)) {
            Position other = new Offset(
                            "another", Offset.parse(source.establish(ACCOUNT)).parts())
                    .toPosition();
            assertThatThrownBy(() -> source.open(ACCOUNT, other))
                    .isInstanceOfSatisfying(
                            GapException.class,
                            gap -> assertThat(gap.isOtherHistory()).isTrue())
                    .hasMessageContaining("history another");
            assertThatThrownBy(() -> source.open(ACCOUNT, new Position("0-1-270")))
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("no position of a source that Debezium reads");
        }
    }

    @Test
    void a_table_that_is_not_there_is_named() {
        try (DebeziumChangeSource source = DebeziumChangeSource.of(connector)) {
            assertThatThrownBy(() -> source.describe(Set.of(new TableName("public", "nothing"))))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("no table public.nothing");
        }
    }

    @Test
    void a_type_that_cannot_be_carried_over_is_named_with_the_fix() {
        db.execute("ALTER TABLE account ADD place point");
        try (DebeziumChangeSource source = DebeziumChangeSource.of(connector)) {
            assertThatThrownBy(() -> source.describe(ACCOUNT))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("column place of public.account")
                    .hasMessageContaining("column.exclude.list");
        }
    }

    @Test
    void where_to_begin_is_told_by_the_connector_itself() {
        try (DebeziumChangeSource source = DebeziumChangeSource.of(connector)) {
            source.establish(ACCOUNT);
            db.execute("INSERT INTO account VALUES (1, 'before', NULL)");
            Map<String, String> settings = new HashMap<>(connector.settings(ACCOUNT));
            settings.putAll(AdapterSettings.of("__unchanged"));
            Map<String, Object> found = Beginning.of(connector.task(), settings, LONGEST);
            assertThat(found).containsKey("lsn").doesNotContainKey("snapshot");
        }
    }

    private ChangeStream stream() {
        DebeziumChangeSource source = DebeziumChangeSource.of(connector);
        return source.open(ACCOUNT, source.establish(ACCOUNT));
    }

    private static List<List<String>> told(ChangeStream stream, int count) {
        return transactions(stream, count).stream()
                .map(pieces -> pieces.stream()
                        .flatMap(piece -> piece.changes().stream())
                        .map(DebeziumStreamTest::told)
                        .toList())
                .toList();
    }

    private static String told(Change change) {
        Row row = change.after() == null ? change.before() : change.after();
        return change.operation() + " "
                + IntStream.range(0, row.size())
                        .mapToObj(cell -> row.isUnchanged(cell) ? "unchanged" : row.value(cell))
                        .toList();
    }

    private static List<List<TransactionPiece>> transactions(ChangeStream stream, int count) {
        long deadline = System.nanoTime() + LONGEST.toNanos();
        List<List<TransactionPiece>> found = new ArrayList<>();
        List<TransactionPiece> open = new ArrayList<>();
        while (found.size() < count && System.nanoTime() - deadline < 0) {
            TransactionPiece piece = stream.poll(Duration.ofMillis(100));
            if (piece != null && !piece.changes().isEmpty()) {
                open.add(piece);
                if (piece.last()) {
                    found.add(List.copyOf(open));
                    open.clear();
                }
            }
        }
        assertThat(found).as("transactions that came").hasSize(count);
        return found;
    }
}
