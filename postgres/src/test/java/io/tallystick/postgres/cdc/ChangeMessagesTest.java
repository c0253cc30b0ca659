package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Change.Operation;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a statement on the source becomes. */
@Databases(Engine.POSTGRESQL)
class ChangeMessagesTest extends LogScene {

    ChangeMessagesTest(TestDatabase db) {
        super(db);
    }

    @Test
    void rows_are_inserted_updated_and_deleted_in_the_order_of_the_transaction() {
        db.execute("CREATE TABLE ordinary (id bigint PRIMARY KEY, name text, amount numeric(12,2))");
        ChangeStream stream = stream("ordinary");
        Instant before = Instant.now().minusSeconds(60);
        db.execute("INSERT INTO ordinary VALUES (1, 'Alice', 10.50), (2, NULL, NULL);"
                + " UPDATE ordinary SET amount = 11 WHERE id = 1; DELETE FROM ordinary WHERE id = 2");
        TransactionPiece transaction = next(stream);
        assertThat(transaction.at()).isBetween(before, Instant.now().plusSeconds(60));
        assertThat(transaction.origin()).isNull();
        List<Change> changes = transaction.changes();
        assertThat(changes)
                .extracting(Change::operation)
                .containsExactly(Operation.INSERT, Operation.INSERT, Operation.UPDATE, Operation.DELETE);
        assertThat(cells(changes.get(0).after())).containsExactly("1", "Alice", "10.50");
        assertThat(cells(changes.get(1).after())).containsExactly("2", null, null);
        assertThat(changes.get(2).before()).as("the key did not change").isNull();
        assertThat(cells(changes.get(2).after())).containsExactly("1", "Alice", "11.00");
        assertThat(cells(changes.get(3).before())).containsExactly("2", null, null);
        assertThat(changes)
                .extracting(Change::table)
                .as("one object")
                .allMatch(t -> t == changes.get(0).table());
    }

    @Test
    void a_changed_key_comes_with_the_old_one() {
        db.execute(
                "CREATE TABLE moved (a int, b int, c text, PRIMARY KEY (b, a))",
                "INSERT INTO moved VALUES (1, 2, 'x')");
        ChangeStream stream = stream("moved");
        db.execute("UPDATE moved SET b = 3");
        Change change = only(stream);
        assertThat(cells(change.before())).containsExactly("1", "2", null);
        assertThat(cells(change.after())).containsExactly("1", "3", "x");
        assertThat(change.table().keyColumns()).containsExactly(0, 1);
    }

    @Test
    void a_long_value_that_was_not_touched_is_unchanged() {
        db.execute(
                "CREATE TABLE toasted (id int PRIMARY KEY, long text, short text)",
                "ALTER TABLE toasted ALTER COLUMN long SET STORAGE EXTERNAL",
                "INSERT INTO toasted VALUES (1, repeat('x', 20000), 'a')");
        ChangeStream stream = stream("toasted");
        db.execute("UPDATE toasted SET short = 'b'");
        Change change = only(stream);
        assertThat(cells(change.after())).containsExactly("1", "…", "b");
        assertThat(change.after().isPartial()).isTrue();
    }

    @Test
    void with_full_replica_identity_the_whole_old_row_comes_and_the_long_value_too() {
        db.execute(
                "CREATE TABLE whole (id int PRIMARY KEY, long text, short text)",
                "ALTER TABLE whole REPLICA IDENTITY FULL",
                "ALTER TABLE whole ALTER COLUMN long SET STORAGE EXTERNAL",
                "INSERT INTO whole VALUES (1, repeat('x', 20000), 'a')");
        ChangeStream stream = stream("whole");
        db.execute("UPDATE whole SET short = 'b'", "DELETE FROM whole");
        Change update = only(stream);
        assertThat(cells(update.before())).containsExactly("1", "x".repeat(20_000), "a");
        assertThat(update.table().keyColumns()).containsExactly(0, 1, 2);
        assertThat(cells(only(stream).before())).containsExactly("1", "x".repeat(20_000), "b");
    }

    @Test
    void an_index_or_nothing_may_be_the_replica_identity() {
        db.execute(
                "CREATE TABLE indexed (id int PRIMARY KEY, code text NOT NULL UNIQUE)",
                "ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_code_key",
                "CREATE TABLE nameless (id int)",
                "ALTER TABLE nameless REPLICA IDENTITY NOTHING",
                // only somebody else publishes such a table: its rows can be updated no more
                "CREATE PUBLICATION " + name + " FOR TABLE indexed, nameless");
        ChangeStream stream = stream("indexed", "nameless");
        db.execute("INSERT INTO indexed VALUES (1, 'a')", "DELETE FROM indexed", "INSERT INTO nameless VALUES (1)");
        assertThat(only(stream).table().keyColumns()).containsExactly(1);
        assertThat(cells(only(stream).before())).containsExactly(null, "a");
        assertThat(only(stream).table().keyColumns()).isEmpty();
    }

    @Test
    void truncating_names_every_table() {
        db.execute(
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)");
        ChangeStream stream = stream("parent", "child");
        db.execute("INSERT INTO parent VALUES (1)", "TRUNCATE parent CASCADE");
        next(stream);
        assertThat(next(stream).changes())
                .allMatch(change -> change.operation() == Operation.TRUNCATE)
                .extracting(change -> change.table().name().table())
                .containsExactlyInAnyOrder("parent", "child");
    }

    @Test
    void names_may_be_anything() {
        db.execute(
                "CREATE SCHEMA \"Größe \"\"x\"\"\"",
                "CREATE TABLE \"Größe \"\"x\"\"\".\"계좌.표\" (\"Id\" int PRIMARY KEY, \"select\" text, \"a b\" text)");
        TableName table = new TableName("Größe \"x\"", "계좌.표");
        PostgresChangeSource source = source();
        ChangeStream stream = track(source.open(Set.of(table), source.establish(Set.of(table))));
        db.execute("INSERT INTO \"Größe \"\"x\"\"\".\"계좌.표\" VALUES (1, '이름', '😀')");
        Change change = only(stream);
        assertThat(change.table().name()).isEqualTo(table);
        assertThat(change.table().columns()).extracting("name").containsExactly("Id", "select", "a b");
        assertThat(cells(change.after())).containsExactly("1", "이름", "😀");
        assertThat(source.describe(Set.of(table))).as("as the log has it").containsExactly(change.table());
    }

    @Test
    void a_table_that_changes_its_shape_is_another_from_there_on() {
        db.execute("CREATE TABLE growing (id int PRIMARY KEY, a text)");
        ChangeStream stream = stream("growing");
        db.execute(
                "INSERT INTO growing VALUES (1, 'a')",
                "INSERT INTO growing VALUES (2, 'a')",
                "ALTER TABLE growing ADD COLUMN b int DEFAULT 7, DROP COLUMN a",
                "INSERT INTO growing VALUES (3, 8)",
                "ALTER TABLE growing ALTER COLUMN b TYPE numeric(5,1)",
                "INSERT INTO growing VALUES (4, 9)");
        SourceTable first = only(stream).table();
        assertThat(only(stream).table()).isSameAs(first);
        Change grown = only(stream);
        assertThat(grown.table()).isNotEqualTo(first);
        assertThat(cells(grown.after())).containsExactly("3", "8");
        Change typed = only(stream);
        assertThat(typed.table().columns().get(1).type().declared()).isEqualTo("numeric(5,1)");
        assertThat(cells(typed.after())).containsExactly("4", "9.0");
    }

    @Test
    void partitions_come_under_the_name_of_their_table() {
        db.execute(
                "CREATE TABLE parts (id int PRIMARY KEY, a text) PARTITION BY RANGE (id)",
                "CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE parts_high PARTITION OF parts FOR VALUES FROM (100) TO (200)");
        ChangeStream stream = stream("parts");
        db.execute("INSERT INTO parts VALUES (1, 'a')", "UPDATE parts SET id = 150");
        assertThat(only(stream).table().name().table()).isEqualTo("parts");
        assertThat(next(stream).changes())
                .extracting(Change::operation)
                .containsExactly(Operation.DELETE, Operation.INSERT);
    }

    @Test
    void what_another_replication_made_carries_its_name() {
        db.execute("CREATE TABLE replicated (id int PRIMARY KEY)");
        String origin = "north_" + name;
        ChangeStream stream = stream("replicated");
        db.execute("SELECT pg_replication_origin_create('" + origin + "')");
        try {
            db.execute("SELECT pg_replication_origin_session_setup('" + origin
                    + "'); SELECT pg_replication_origin_xact_setup('0/1', now()); INSERT INTO replicated VALUES (1)");
            assertThat(next(stream).origin()).isEqualTo(origin);
        } finally {
            db.execute("SELECT pg_replication_origin_drop('" + origin + "')");
        }
    }

    @Test
    void a_transaction_that_a_replicator_wrote_says_first_where_it_comes_from() {
        db.execute("CREATE TABLE marked (id int PRIMARY KEY)");
        ChangeStream stream = stream("marked");
        db.execute(
                "BEGIN; SELECT pg_logical_emit_message(true, 'tally.origin', 'a-to-b/t 0a1b2c3d'); INSERT INTO marked"
                        + " SELECT generate_series(1, 5000); COMMIT",
                "SELECT pg_logical_emit_message(true, 'tally.origin', 'of nothing')",
                "BEGIN; SELECT pg_logical_emit_message(false, 'tally.origin', 'at once'),"
                        + " pg_logical_emit_message(true, 'other', 'other'); INSERT INTO marked VALUES (0); COMMIT");
        TransactionPiece first = stream.poll(LONGEST);
        while (first == null || first.changes().isEmpty()) {
            first = stream.poll(LONGEST);
        }
        assertThat(first.last()).isFalse();
        assertThat(first.origin()).isEqualTo("a-to-b/t 0a1b2c3d");
        assertThat(next(stream).origin()).isEqualTo("a-to-b/t 0a1b2c3d");
        assertThat(next(stream).origin()).as("of somebody's own change").isNull();
    }

    @Test
    void rolled_back_work_savepoints_and_messages_of_others_are_not_seen() {
        db.execute("CREATE TABLE partly (id int PRIMARY KEY)");
        ChangeStream stream = stream("partly");
        db.execute(
                "BEGIN; INSERT INTO partly VALUES (1); ROLLBACK",
                "SELECT pg_logical_emit_message(true, 'other', 'text')",
                "BEGIN; INSERT INTO partly VALUES (2); SAVEPOINT s; INSERT INTO partly VALUES (3); ROLLBACK TO s;"
                        + " INSERT INTO partly VALUES (4); COMMIT");
        assertThat(next(stream).changes())
                .extracting(change -> cells(change.after()).get(0))
                .containsExactly("2", "4");
    }

    @Test
    void prepared_transactions_come_whole_when_committed_and_never_when_rolled_back() {
        db.execute("CREATE TABLE voted (id int PRIMARY KEY)");
        ChangeStream stream = stream("voted");
        db.execute(
                "BEGIN; INSERT INTO voted VALUES (1); INSERT INTO voted VALUES (2); PREPARE TRANSACTION 'yes_" + name
                        + "'",
                "BEGIN; INSERT INTO voted VALUES (3); PREPARE TRANSACTION 'no_" + name + "'",
                "INSERT INTO voted VALUES (4)",
                "COMMIT PREPARED 'yes_" + name + "'",
                "ROLLBACK PREPARED 'no_" + name + "'",
                "INSERT INTO voted VALUES (5)");
        List<List<String>> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            seen.add(next(stream).changes().stream()
                    .map(change -> cells(change.after()).get(0))
                    .toList());
        }
        assertThat(seen).containsExactly(List.of("4"), List.of("1", "2"), List.of("5"));
    }
}
