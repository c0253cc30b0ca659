package io.tallystick.xa.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.internal.VotedBranches;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The decision as it rides in a branch's own commit. */
@Databases
class DecisionSqlTest {

    private final Gtrid gtrid = new Gtrid(-7, 8, 99, -3, 1, Instant.ofEpochMilli(1_700_000_000_001L));
    private final DecisionRecord decision = new DecisionRecord(
            gtrid,
            List.of(new DecisionRecord.Voted(
                    new BranchXid(gtrid, 40_000, Gtrid.hash("stock"), -42), "stöck", "uuid-1", "xid8:77")),
            Instant.parse("2026-11-22T08:50:00.123456789Z"));
    private final TestDatabase database;
    private final Jdbc jdbc;

    DecisionSqlTest(TestDatabase database) {
        this.database = database;
        this.jdbc = Jdbc.on(database.dataSource());
        Schema.of(jdbc).install("xa");
        database.execute("DELETE FROM tally_decision");
    }

    @Test
    void the_schema_is_whole() {
        assertThat(Schema.of(jdbc).problems("xa")).isEmpty();
    }

    @Test
    void a_decision_reads_back_as_it_was_written_to_the_microsecond() throws SQLException {
        send(DecisionSql.insert(decision, jdbc.dialect()));

        DecisionRecord found = jdbc.autocommit(tx -> tx.queryOne(
                        "SELECT * FROM tally_decision WHERE gtrid = ?",
                        row -> new DecisionRecord(
                                Gtrid.read(row.bytes("gtrid")).orElseThrow(),
                                VotedBranches.read(gtrid, row.bytes("branches")),
                                row.instant("decided_at")),
                        gtrid.bytes()))
                .orElseThrow();
        assertThat(found)
                .isEqualTo(
                        new DecisionRecord(gtrid, decision.branches(), Instant.parse("2026-11-22T08:50:00.123456Z")));
        List<String> told = jdbc.autocommit(tx -> tx.query(
                "SELECT * FROM tally_decision_told",
                row -> row.string("verdict") + " " + row.string("cluster") + " " + row.string("node") + " "
                        + (int) row.longValue("epoch")));
        assertThat(told).containsExactly("COMMIT fffffff9 000000000063 -3");
    }

    @Test
    void the_time_of_a_decision_is_exact_to_the_microsecond_however_it_is_written() throws SQLException {
        List<Instant> times = List.of(
                Instant.parse("2026-11-22T08:50:00Z"),
                Instant.parse("2026-11-22T08:50:00.000001Z"),
                Instant.parse("2026-11-22T08:50:00.123457Z"),
                Instant.parse("2026-11-22T08:50:00.999999Z"),
                Instant.parse("2100-02-03T04:05:06.000001Z"));
        for (Instant time : times) {
            database.execute("DELETE FROM tally_decision");
            DecisionRecord one = of(2, time);
            jdbc.autocommit(tx -> {
                DecisionRows.insert(tx, List.of(one, of(3, time.plusNanos(999))));
                return one;
            });
            if (!jdbc.dialect().isInnoDb()) {
                ride(of(4, time));
            }

            List<DecisionRecord> found = jdbc.autocommit(tx -> DecisionRows.unfinishedOfAll(tx, null, 10));
            assertThat(found)
                    .extracting(DecisionRecord::decidedAt)
                    .as("every way to write %s", time)
                    .hasSize(jdbc.dialect().isInnoDb() ? 2 : 3)
                    .containsOnly(time);
        }
    }

    private DecisionRecord of(long counter, Instant decidedAt) {
        Gtrid id = new Gtrid(-7, 8, 99, -3, counter, Instant.ofEpochMilli(1_700_000_000_001L));
        return new DecisionRecord(
                id,
                List.of(new DecisionRecord.Voted(new BranchXid(id, 1, Gtrid.hash("stock"), 1), "stock", "", "")),
                decidedAt);
    }

    /** As it rides in a branch's own commit. */
    private void ride(DecisionRecord riding) throws SQLException {
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(DecisionSql.INSERT_AND_COMMIT)) {
                DecisionSql.bind(statement, riding);
                statement.execute();
            }
        }
    }

    @Test
    void a_key_that_is_taken_is_told_from_a_unique_key_of_the_application() throws SQLException {
        send("CREATE TABLE orders (id int PRIMARY KEY)", "INSERT INTO orders VALUES (1)");
        send(DecisionSql.insert(decision, jdbc.dialect()));

        assertThat(DecisionSql.isOverruled(refusal(DecisionSql.insert(decision, jdbc.dialect())), jdbc.dialect()))
                .isTrue();
        if (!jdbc.dialect().isInnoDb()) {
            assertThat(DecisionSql.isOverruled(refusal("INSERT INTO orders VALUES (1)"), jdbc.dialect()))
                    .isFalse();
        }
    }

    private SQLException refusal(String sql) {
        try {
            send(sql);
            throw new AssertionError("was not refused: " + sql);
        } catch (SQLException e) {
            return e;
        }
    }

    private void send(String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
