package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.file.PipelineRunBuilder;
import io.tallystick.cdc.replicator.ConflictDecider.Winner;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of rows that somebody else has written at the target, by the policy of the route. */
@ExtendWith(Servers.Extension.class)
class ConflictsTest {

    private static final Order KIM = new Order("kim", "mended", Instant.EPOCH);
    private static final String ITEM = "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20), version BIGINT)";

    private final Servers servers;

    ConflictsTest(Servers servers) {
        this.servers = servers;
    }

    /** A row that is there already (1), one that is gone (2), one that was changed meanwhile (3), and one that is nobody else's (4). */
    private void collide(Engine from, Engine to, String policy, Check check) throws SQLException {
        collide(from, to, policy, PipelineRun.builder(), check);
    }

    private void collide(Engine from, Engine to, String policy, PipelineRunBuilder program, Check check)
            throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute(ITEM, "INSERT INTO item VALUES (2, 'old', 1), (3, 'old', 1)");
        target.execute(ITEM);
        String yaml = Pipe.mirror("conflict_" + policy.replaceAll("\\W.*", ""), source, target, "item")
                .replace("}]\n", ", on_conflict: \"" + policy + "\"}]\n");
        try (Pipe pipe = Pipe.start(yaml, "group_changes: 10000", program)) {
            pipe.awaitValue(target, "SELECT count(*) FROM item", "2");
            pipe.awaitValue(target, "SELECT count(*) FROM tally_load WHERE state <> 'done'", "0");
            target.execute(
                    "INSERT INTO item VALUES (1, 'theirs', 5)",
                    "DELETE FROM item WHERE id = 2",
                    "UPDATE item SET name = 'theirs', version = 5 WHERE id = 3");
            source.execute(
                    "INSERT INTO item VALUES (1, 'ours', 9)",
                    "UPDATE item SET name = 'ours', version = 9 WHERE id = 2",
                    "UPDATE item SET name = 'ours', version = 3 WHERE id = 3",
                    "INSERT INTO item VALUES (4, 'ours', 1)");
            pipe.awaitValue(target, "SELECT count(*) FROM item WHERE id = 4", "1");
            // counted when it is committed, and seen a moment before
            pipe.awaitRows(
                    target,
                    "SELECT 1",
                    any -> assertThat(pipe.target().counts().transactions()).isEqualTo(4));
            check.of(
                    Pipe.rows(target, "SELECT id, name FROM item ORDER BY id"),
                    Pipe.rows(target, "SELECT row_key, error FROM tally_quarantine ORDER BY id"),
                    listed(pipe));
            assertThat(listed(pipe)).hasSize((int) pipe.target().counts().conflicts());
            PipelineDesk desk = pipe.run().desks().get("t1");
            desk.parked(10).forEach(each -> desk.replay(each.id(), pipe.run().writer("t1"), KIM));
            if (policy.equals("park")) {
                assertThat(Pipe.rows(target, "SELECT id, name FROM item ORDER BY id"))
                        .as("once a person has let the source win")
                        .containsExactly("1|ours", "2|ours", "3|ours", "4|ours");
            }
        }
    }

    /** Of each conflict the key, what was met and who won, the newest first. */
    private static List<String> listed(Pipe pipe) {
        return pipe.run().desks().get("t1").conflicts(10).stream()
                .map(each -> each.key().replaceAll("\\D+", "") + " " + each.met() + " " + each.winner())
                .toList();
    }

    private interface Check {
        void of(List<String> rows, List<String> parked, List<String> conflicts);
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void where_the_source_wins_the_rows_become_as_it_has_them(Engine from, Engine to) throws SQLException {
        collide(from, to, "source_wins", (rows, parked, conflicts) -> {
            assertThat(rows).containsExactly("1|ours", "2|ours", "3|ours", "4|ours");
            assertThat(parked).isEmpty();
            assertThat(conflicts).containsExactly("2 gone source", "1 there source");
        });
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "POSTGRESQL, MYSQL"})
    void where_the_target_wins_rows_that_are_there_or_gone_stay_so(Engine from, Engine to) throws SQLException {
        collide(from, to, "target_wins", (rows, parked, conflicts) -> {
            assertThat(rows).containsExactly("1|theirs", "3|ours", "4|ours");
            assertThat(parked).isEmpty();
            assertThat(conflicts).containsExactly("2 gone target", "1 there target");
        });
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void conflicts_that_are_parked_wait_for_a_person(Engine from, Engine to) throws SQLException {
        collide(from, to, "park", (rows, parked, conflicts) -> {
            assertThat(rows).containsExactly("1|theirs", "3|ours", "4|ours");
            assertThat(parked).hasSize(2);
            assertThat(conflicts).containsExactly("2 gone park", "1 there park");
        });
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void the_latest_wins_by_a_column_and_what_is_gone_waits(Engine from, Engine to) throws SQLException {
        collide(from, to, "latest(version)", (rows, parked, conflicts) -> {
            assertThat(rows).containsExactly("1|ours", "3|theirs", "4|ours");
            assertThat(parked).singleElement().asString().contains("\"2\"");
            assertThat(conflicts).containsExactly("3 changed target", "2 gone park", "1 there source");
        });
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void an_expression_over_both_rows_says_who_wins(Engine from, Engine to) throws SQLException {
        String policy = "decide(target.name == 'theirs' and source.version > target.version ? 'source' : 'target')";
        collide(from, to, policy, (rows, parked, conflicts) -> {
            assertThat(rows).containsExactly("1|ours", "3|theirs", "4|ours");
            assertThat(parked).singleElement().asString().contains("\"2\"", "the row is gone");
            assertThat(conflicts).containsExactly("3 changed target", "2 gone park", "1 there source");
        });
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void where_an_expression_fails_or_says_something_else_the_change_waits_with_the_reason(Engine from, Engine to)
            throws SQLException {
        String policy = "decide(source.version > 5 ? source.name : source.version / 0)";
        collide(from, to, policy, (rows, parked, conflicts) -> {
            assertThat(rows).containsExactly("1|theirs", "3|theirs", "4|ours");
            assertThat(parked).hasSize(3);
            assertThat(parked.get(0))
                    .contains("\"1\"", "decide(source.version > 5 ", "cannot say who wins: it answered something else")
                    .doesNotContain("answered something else: ours");
            assertThat(parked.get(1)).contains("\"2\"", "the row is gone");
            assertThat(parked.get(2)).contains("\"3\"", "cannot say who wins: 'source.version > 5 ", "has no value");
            assertThat(conflicts).containsExactly("3 changed park", "2 gone park", "1 there park");
        });
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void a_function_of_the_program_says_who_wins_and_where_it_fails_the_change_waits(Engine from, Engine to)
            throws SQLException {
        PipelineRunBuilder program = PipelineRun.builder().decider("versions", (source, target) -> {
            Long ours = Objects.requireNonNull(source.integer("version"));
            if (ours == 3) {
                throw new IllegalStateException("a secret: " + source.text("name"));
            }
            return ours > Objects.requireNonNull(target.integer("version")) ? Winner.SOURCE : Winner.PARK;
        });
        collide(from, to, "decider(versions)", program, (rows, parked, conflicts) -> {
            assertThat(rows).containsExactly("1|ours", "3|theirs", "4|ours");
            assertThat(parked).hasSize(2);
            assertThat(parked.get(1))
                    .contains("\"3\"", "decider versions cannot say who wins: java.lang.IllegalStateException at ")
                    .doesNotContain("secret");
            assertThat(conflicts).containsExactly("3 changed park", "2 gone park", "1 there source");
        });
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void without_a_policy_no_conflict_is_written_down(Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute(ITEM);
        target.execute(ITEM);
        try (Pipe pipe = Pipe.start(Pipe.mirror("conflict_none", source, target, "item"))) {
            pipe.awaitValue(target, "SELECT count(*) FROM tally_load WHERE state = 'done'", "1");
            target.execute("INSERT INTO item VALUES (1, 'theirs', 5)");
            source.execute("INSERT INTO item VALUES (1, 'ours', 9)");
            source.execute("INSERT INTO item VALUES (2, 'ours', 9)");
            pipe.awaitValue(target, "SELECT count(*) FROM item WHERE id = 2", "1");
            assertThat(Pipe.quarantine(target)).hasSize(1);
            assertThat(listed(pipe)).isEmpty();
        }
    }
}
