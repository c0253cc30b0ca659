package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing is skipped and nothing comes twice, whatever becomes of connection, slot and server; what is lost is said exactly. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class ContinuityTest extends LogScene {

    ContinuityTest(TestDatabase db) {
        super(db);
    }

    @BeforeEach
    void table() {
        db.execute("DROP TABLE IF EXISTS noted", "CREATE TABLE noted (id int PRIMARY KEY)");
    }

    private void insert(int id) {
        db.execute("INSERT INTO noted VALUES (" + id + ")");
    }

    private static String id(TransactionPiece transaction) {
        return cells(transaction.changes().get(0).after()).get(0);
    }

    private <T> T ask(String sql) {
        return Jdbc.on(db.dataSource(), Dialect.POSTGRESQL).inTransaction(tx -> {
            @SuppressWarnings("unchecked")
            T answer = (T) tx.query(sql, row -> row.text("answer")).get(0);
            return answer;
        });
    }

    @Test
    void after_a_lost_connection_the_next_transaction_is_the_one_after_the_position() {
        PostgresChangeSource source = source();
        ChangeStream first = stream(source, source.establish(names("noted")), "noted");
        insert(1);
        insert(2);
        Position durable = next(first).position();
        db.execute(
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '" + name + "'");
        assertThatThrownBy(() -> {
                    while (true) {
                        first.poll(Duration.ofSeconds(1));
                    }
                })
                .isInstanceOf(UnavailableException.class);
        ChangeStream second = stream(source, durable, "noted");
        insert(3);
        assertThat(id(next(second))).isEqualTo("2");
        TransactionPiece third = next(second);
        assertThat(id(third)).isEqualTo("3");
        assertThat(source.covers(third.position(), durable)).isTrue();
        assertThat(source.covers(durable, third.position())).isFalse();
    }

    @Test
    void a_killed_server_goes_on_where_it_was() {
        PostgresChangeSource source = source();
        ChangeStream first = stream(source, source.establish(names("noted")), "noted");
        insert(1);
        Position durable = next(first).position();
        insert(2);
        db.kill();
        assertThatThrownBy(() -> {
                    while (true) {
                        first.poll(Duration.ofSeconds(1));
                    }
                })
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> source.open(names("noted"), durable)).isInstanceOf(UnavailableException.class);
        db.restart();
        assertThat(id(next(stream(source, durable, "noted")))).isEqualTo("2");
    }

    @Test
    void what_was_acknowledged_is_forgotten_by_the_server_and_nothing_else() {
        PostgresChangeSource source = source();
        ChangeStream first = stream(source, source.establish(names("noted")), "noted");
        insert(1);
        Position one = next(first).position();
        insert(2);
        Position two = next(first).position();
        first.acknowledge(one);
        first.close();
        // reading from further on says nothing about what is durable
        stream(source, two, "noted").close();
        ChangeStream second = stream(source, one, "noted");
        assertThat(id(next(second))).isEqualTo("2");
        second.acknowledge(two);
        second.close();
        assertThatThrownBy(() -> source.open(names("noted"), one))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("slot " + name + " can be read from")
                .hasMessageContaining("bytes of log are missing")
                .hasMessageContaining("resync");
    }

    @Test
    void a_slot_that_is_gone_made_anew_or_invalid_is_a_gap() {
        PostgresChangeSource source = source();
        Position start = source.establish(names("noted"));
        insert(1);
        db.execute("SELECT pg_drop_replication_slot('" + name + "')");
        assertThatThrownBy(() -> source.open(names("noted"), start))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("slot " + name + " does not exist");
        Position anew = source.establish(names("noted"));
        assertThatThrownBy(() -> source.open(names("noted"), start))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("bytes of log are missing");
        db.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'", "SELECT pg_reload_conf()");
        try {
            Awaitility.await().atMost(LONGEST).until(() -> {
                db.execute(
                        "INSERT INTO noted SELECT coalesce(max(id), 0) + 1 FROM noted",
                        "SELECT pg_switch_wal()",
                        "CHECKPOINT");
                return "lost"
                        .equals(ask("SELECT wal_status AS answer FROM pg_replication_slots WHERE slot_name = '" + name
                                + "'"));
            });
            assertThatThrownBy(() -> source.open(names("noted"), anew))
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("was invalidated (wal_removed)");
            Position healed = source.establish(names("noted"));
            assertThat(source.covers(anew, healed)).isFalse();
            stream(source, healed, "noted").close();
        } finally {
            db.execute("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
        }
    }

    @Test
    void a_publication_that_is_gone_or_incomplete_is_a_gap_too() {
        PostgresChangeSource source = source();
        Position start = source.establish(names("noted"));
        db.execute("ALTER PUBLICATION " + name + " DROP TABLE noted");
        assertThatThrownBy(() -> source.open(names("noted"), start))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("does not send [public.noted]");
        db.execute("DROP PUBLICATION " + name);
        assertThatThrownBy(() -> source.open(names("noted"), start))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("publication " + name + " does not exist");
        insert(1);
        Position anew = source.establish(names("noted"));
        assertThat(source.covers(start, anew))
                .as("what nobody published is not promised")
                .isFalse();
        insert(2);
        assertThat(id(next(stream(source, anew, "noted")))).isEqualTo("2");
    }

    @Test
    void establishing_again_keeps_the_position_and_adds_tables() {
        db.execute("DROP TABLE IF EXISTS later", "CREATE TABLE later (id int PRIMARY KEY)");
        PostgresChangeSource source = source();
        Position start = source.establish(names("noted"));
        insert(1);
        assertThat(source.establish(names("noted", "later"))).isEqualTo(start);
        assertThat(this.<String>ask(
                        "SELECT failover || ' ' || two_phase AS answer FROM pg_replication_slots WHERE slot_name = '"
                                + name + "'"))
                .as("standbys keep a copy; prepared transactions come when they are committed")
                .isEqualTo("true false");
        db.execute("INSERT INTO later VALUES (2)");
        ChangeStream stream = stream(source, start, "noted", "later");
        assertThat(id(next(stream))).isEqualTo("1");
        assertThat(id(next(stream))).isEqualTo("2");
        assertThatThrownBy(() -> source.establish(names("noted", "nowhere")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("public.nowhere");
    }

    @Test
    void positions_of_other_servers_are_recognised() {
        PostgresChangeSource source = source();
        Position start = source.establish(names("noted"));
        WalPosition here = WalPosition.of(start);
        for (Position other : List.of(
                new WalPosition("1", here.timeline(), here.lsn()).position(),
                new WalPosition(here.system(), here.timeline() + 1, here.lsn()).position(),
                here.at(here.lsn() + (1L << 40)).position(),
                new Position("0-1-270,1-2-18"))) {
            assertThatThrownBy(() -> source.open(names("noted"), other)).isInstanceOf(GapException.class);
        }
        assertThatThrownBy(() -> source.covers(start, new WalPosition("1", 1, 1).position()))
                .isInstanceOf(GapException.class);
    }

    @Test
    void a_slot_that_somebody_reads_names_its_reader() {
        PostgresChangeSource source = source(settings().withPatience(Duration.ofMillis(200)));
        Position start = source.establish(names("noted"));
        ChangeStream first = stream(source, start, "noted");
        String pid =
                ask("SELECT active_pid::text AS answer FROM pg_replication_slots WHERE slot_name = '" + name + "'");
        assertThatThrownBy(() -> source.open(names("noted"), start))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("is being read by process " + pid + " (application tallystick");
        assertThatThrownBy(source::release)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("process " + pid);
        first.close();
        // the server notices a moment later
        stream(source(settings()), start, "noted").close();
    }

    @Test
    void a_prepared_transaction_that_holds_up_a_new_slot_is_named() {
        String gid = "branch_" + name;
        PostgresChangeSource source = source(settings().withPatience(Duration.ofMillis(500)));
        db.execute("BEGIN; INSERT INTO noted VALUES (1); PREPARE TRANSACTION '" + gid + "'");
        try {
            assertThat(source.examine(names("noted")))
                    .anyMatch(finding -> finding.subject().equals("prepared transaction")
                            && finding.found().contains(gid));
            assertThatThrownBy(() -> source.establish(names("noted")))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("slot " + name + " could not be made")
                    .hasMessageContaining("prepared transaction '" + gid + "'")
                    .hasMessageContaining("COMMIT PREPARED");
        } finally {
            db.execute("ROLLBACK PREPARED '" + gid + "'");
        }
        Position start = source(settings()).establish(names("noted"));
        insert(2);
        assertThat(id(next(stream(source, start, "noted")))).isEqualTo("2");
    }

    @Test
    void releasing_leaves_nothing_of_ours_and_what_others_made() {
        PostgresChangeSource source = source();
        source.establish(names("noted"));
        source.release();
        String left = "SELECT ((SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + name
                + "') + (SELECT count(*) FROM pg_publication WHERE pubname = '" + name + "'))::text AS answer";
        assertThat(this.<String>ask(left)).isEqualTo("0");
        db.execute("CREATE PUBLICATION " + name + " FOR TABLE noted");
        source.establish(names("noted"));
        source.release();
        source.release();
        assertThat(this.<String>ask(left)).isEqualTo("1");
        db.execute("DROP PUBLICATION " + name);
    }

    @Test
    void a_promoted_copy_goes_on_from_what_it_has_and_names_what_it_never_had() throws Exception {
        PostgresChangeSource source = source();
        ChangeStream first = stream(source, source.establish(names("noted")), "noted");
        insert(1);
        Position common = next(first).position();
        insert(2);
        first.close();
        try (TestDatabase copy = copyAsReplica()) {
            insert(3);
            ChangeStream again = stream(source, common, "noted");
            assertThat(id(next(again))).isEqualTo("2");
            Position ahead = next(again).position();
            copy.execute("SELECT pg_promote()");
            PostgresChangeSource promoted = source(copy, settings());
            ChangeStream onCopy = track(promoted.open(names("noted"), common));
            TransactionPiece second = next(onCopy);
            assertThat(id(second)).isEqualTo("2");
            assertThat(second.position().text()).contains("/2/");
            assertThat(promoted.covers(second.position(), common)).isTrue();
            onCopy.close();
            assertThatThrownBy(() -> promoted.open(names("noted"), ahead))
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("not part of this server's history")
                    .hasMessageContaining("left time line 1 at");
            assertThatThrownBy(() -> promoted.covers(second.position(), ahead)).isInstanceOf(GapException.class);
            leaveNothing();
        }
    }

    private TestDatabase copyAsReplica() throws IOException {
        db.stop();
        Path signal = db.dataDirectory().resolve("standby.signal");
        Files.createFile(signal);
        try {
            return TestDatabases.postgres().dataFrom(db.dataDirectory()).start();
        } finally {
            Files.delete(signal);
            db.restart();
        }
    }
}
