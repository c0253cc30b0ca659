package io.tallystick.examples.twophase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.examples.points.PointsUse;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reference flow 2 by two-phase commit, on PostgreSQL and MariaDB. */
class CardDeskTest {

    private static TestDatabase postgres;
    private static TestDatabase mariadb;
    private static CardDesk desk;
    private static Jdbc points;
    private static Jdbc bills;

    @BeforeAll
    static void open() {
        postgres = TestDatabases.postgres()
                .setting("max_prepared_transactions", "64")
                .start();
        mariadb = TestDatabases.of(Engine.MARIADB).start();
        points = Jdbc.on(postgres.dataSource());
        bills = Jdbc.on(mariadb.dataSource());
        String bookings = "CREATE TABLE booking (reference VARCHAR(40) PRIMARY KEY, card VARCHAR(40), amount BIGINT)";
        points.run(tx -> {
            tx.update("CREATE TABLE card (id VARCHAR(40) PRIMARY KEY, points BIGINT NOT NULL)");
            tx.update(bookings);
        });
        bills.run(tx -> {
            tx.update("CREATE TABLE bill (card VARCHAR(40) PRIMARY KEY, due BIGINT NOT NULL, CHECK (due >= 900))");
            tx.update(bookings);
        });
        desk = CardDesk.open(postgres.dataSource(), mariadb.dataSource());
    }

    @AfterAll
    static void close() {
        desk.close();
        postgres.close();
        mariadb.close();
    }

    @BeforeEach
    void aCardWithAHundredPointsAndABillOfAThousand() {
        points.run(tx -> {
            tx.update("DELETE FROM card");
            tx.update("DELETE FROM booking");
            tx.update("INSERT INTO card VALUES ('alice', 100)");
        });
        bills.run(tx -> {
            tx.update("DELETE FROM bill");
            tx.update("DELETE FROM booking");
            tx.update("INSERT INTO bill VALUES ('alice', 1000)");
        });
    }

    @Test
    void points_are_used_in_both_databases() throws Exception {
        desk.use(new PointsUse("use-1", "alice", 100));
        // phase 2 may still be going on
        nothingIsPrepared();
        assertThat(books()).isEqualTo("0 / 900");
    }

    @Test
    void what_one_database_refuses_happens_in_neither() {
        points.run(tx -> tx.update("UPDATE card SET points = 500"));
        assertThatThrownBy(() -> desk.use(new PointsUse("use-1", "alice", 200))).hasMessageContaining("CONSTRAINT");
        assertThat(books()).isEqualTo("500 / 1000");
        nothingIsPrepared();
    }

    @Test
    void a_card_with_too_few_points_changes_nothing() {
        assertThatThrownBy(() -> desk.use(new PointsUse("use-1", "alice", 101)))
                .hasMessageContaining("less than 101 points");
        assertThat(books()).isEqualTo("100 / 1000");
    }

    @Test
    void a_database_that_is_killed_in_between_leaves_all_or_nothing() throws Exception {
        assertThatThrownBy(() -> desk.engine().call(() -> {
                    try (var connection = desk.engine().dataSource("bills").getConnection();
                            var statement = connection.createStatement()) {
                        statement.executeUpdate("UPDATE bill SET due = 900 WHERE card = 'alice'");
                    }
                    try (var connection = desk.engine().dataSource("points").getConnection();
                            var statement = connection.createStatement()) {
                        statement.executeUpdate("UPDATE card SET points = 0 WHERE id = 'alice'");
                    }
                    postgres.kill();
                    return null;
                }))
                .isNotNull();
        postgres.restart();
        Awaitility.await()
                .atMost(Duration.ofSeconds(120))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(books()).isEqualTo("100 / 1000"));
        Awaitility.await().atMost(Duration.ofSeconds(120)).ignoreExceptions().untilAsserted(() -> {
            desk.use(new PointsUse("use-1", "alice", 100));
        });
        nothingIsPrepared();
        assertThat(books()).isEqualTo("0 / 900");
    }

    private static String books() {
        long left = points.inTransaction(
                tx -> tx.queryOne("SELECT points FROM card WHERE id = 'alice'", row -> row.longValue("points"))
                        .orElseThrow());
        long due = bills.inTransaction(
                tx -> tx.queryOne("SELECT due FROM bill WHERE card = 'alice'", row -> row.longValue("due"))
                        .orElseThrow());
        return left + " / " + due;
    }

    private static void nothingIsPrepared() {
        Awaitility.await().atMost(Duration.ofSeconds(120)).ignoreExceptions().until(() -> prepared() == 0);
    }

    private static long prepared() {
        return points.inTransaction(
                tx -> tx.queryOne("SELECT count(*) AS n FROM pg_prepared_xacts", row -> row.longValue("n"))
                        .orElseThrow());
    }
}
