package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.LogOpening;
import io.tallystick.cdc.Position;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that are made ahead of the checks weaken none of them, and are gone when a check fails. */
@Databases(Engine.POSTGRESQL)
class OpeningTest extends LogScene {

    OpeningTest(TestDatabase db) {
        super(db);
    }

    @BeforeEach
    void table() {
        db.execute("DROP TABLE IF EXISTS opened", "CREATE TABLE opened (id int PRIMARY KEY)");
    }

    /** Its connections carry the name of this test. */
    @Override
    ConnectionSettings connection(TestDatabase server) {
        return super.connection(server).withApplicationName(name);
    }

    private long count(String what) {
        return Jdbc.on(db.dataSource(), Dialect.POSTGRESQL)
                .inTransaction(tx -> tx.query(
                                "SELECT count(*) AS number FROM " + what.formatted(name),
                                row -> row.longValue("number"))
                        .get(0));
    }

    private long connections() {
        return count("pg_stat_activity WHERE application_name = '%s'");
    }

    private void assertThatNothingOfUsWorks() {
        Awaitility.await().atMost(LONGEST).untilAsserted(() -> {
            assertThat(connections()).isZero();
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(thread -> thread.endsWith("-" + name));
        });
    }

    /** Both: the walsender's, and that of the catalog. */
    private void awaitConnected() {
        Awaitility.await().atMost(LONGEST).until(() -> connections() == 2);
    }

    @Test
    void a_check_that_fails_leaves_no_connection_and_no_thread() {
        PostgresChangeSource source = source();
        WalPosition here = WalPosition.of(source.establish(names("opened")));
        assertThatThrownBy(() ->
                        source.open(names("opened"), new WalPosition("1", here.timeline(), here.lsn()).position()))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("belongs to system 1");
        assertThatNothingOfUsWorks();
        db.execute("ALTER PUBLICATION " + name + " DROP TABLE opened");
        assertThatThrownBy(() -> source.open(names("opened"), here.position()))
                .isInstanceOf(GapException.class)
                .hasMessageContaining("does not send [public.opened]");
        assertThatNothingOfUsWorks();
    }

    @Test
    void where_a_table_is_missing_nothing_is_made() {
        try (LogOpening opening = source().opening(names("opened", "nowhere"))) {
            assertThatThrownBy(opening::establish)
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("the source has no such tables: [public.nowhere]");
        }
        assertThat(count("pg_replication_slots WHERE slot_name = '%s'")).isZero();
        assertThat(count("pg_publication WHERE pubname = '%s'")).isZero();
        assertThatNothingOfUsWorks();
    }

    @Test
    void what_is_lost_after_connecting_is_seen_by_the_check() {
        PostgresChangeSource source = source();
        Position start = source.establish(names("opened"));
        try (LogOpening early = source.opening(names("opened"))) {
            awaitConnected();
            db.execute(
                    "INSERT INTO opened VALUES (1)",
                    "SELECT pg_replication_slot_advance('" + name + "', pg_current_wal_lsn())");
            assertThatThrownBy(() -> early.after(start))
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("bytes of log are missing");
        }
        try (LogOpening early = source.opening(names("opened"))) {
            awaitConnected();
            db.execute("SELECT pg_drop_replication_slot('" + name + "')");
            assertThatThrownBy(() -> early.after(start))
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("slot " + name + " does not exist");
        }
        assertThatNothingOfUsWorks();
    }

    @Test
    void a_position_that_came_about_after_connecting_is_no_position_of_another_history() {
        PostgresChangeSource source = source();
        try (LogOpening first = source.opening(names("opened"))) {
            // makes slot and publication, over connections of its own
            ChangeStream stream = track(first.after(first.establish()));
            try (LogOpening early = source.opening(names("opened"))) {
                Awaitility.await().atMost(LONGEST).until(() -> connections() == 4);
                db.execute("INSERT INTO opened VALUES (1)");
                Position later = next(stream).position();
                stream.close();
                db.execute("INSERT INTO opened VALUES (2)");
                assertThat(cells(only(track(early.after(later))).after())).containsExactly("2");
            }
        }
    }

    @Test
    void what_rests_holds_nothing_and_connects_again_when_it_is_asked() {
        PostgresChangeSource source = source();
        Position start = source.establish(names("opened"));
        ChangeStream stream;
        try (LogOpening opening = source.opening(names("opened"))) {
            awaitConnected();
            opening.rest();
            assertThatNothingOfUsWorks();
            assertThat(opening.establish()).isEqualTo(start);
            stream = track(opening.after(start));
        }
        db.execute("INSERT INTO opened VALUES (1)");
        assertThat(cells(only(stream).after()))
                .as("the stream has taken its connections")
                .containsExactly("1");
        stream.close();
        assertThatNothingOfUsWorks();
    }

    @Test
    void a_server_that_is_not_there_is_told_by_whoever_asks_first() {
        ConnectionSettings nobody = ConnectionSettings.of("jdbc:postgresql://127.0.0.1:1/none", "nobody", "none");
        PostgresChangeSource source = PostgresChangeSource.on(nobody, settings().withPatience(Duration.ofMillis(200)));
        try (LogOpening opening = source.opening(names("opened"))) {
            assertThatThrownBy(opening::establish)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("connecting to jdbc:postgresql://127.0.0.1:1/none to read its log");
        }
        assertThatNothingOfUsWorks();
    }
}
