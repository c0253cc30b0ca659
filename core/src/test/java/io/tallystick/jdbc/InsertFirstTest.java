package io.tallystick.jdbc;

import static io.tallystick.jdbc.Provoked.isPostgres;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The insert-first row decides who was first among concurrent twins, whatever becomes of the first one. */
@Databases
class InsertFirstTest {

    private static final int TWINS = 4;

    private final TestDatabase db;
    private final Jdbc jdbc;

    InsertFirstTest(TestDatabase db) {
        this.db = db;
        this.jdbc = Jdbc.on(db.dataSource());
    }

    @BeforeEach
    void table() {
        db.execute(
                "DROP TABLE IF EXISTS barrier",
                "CREATE TABLE barrier (saga VARCHAR(40), step VARCHAR(40), reply VARCHAR(40), PRIMARY KEY (saga, step))");
    }

    @Test
    void is_true_once_and_false_ever_after() {
        assertThat(first("mine")).isTrue();
        assertThat(first("yours")).isFalse();
        jdbc.run(tx -> {
            assertThat(tx.insertFirst("barrier", List.of("saga", "step"), "s", "other"))
                    .isTrue();
            assertThat(tx.insertFirst("barrier", List.of("saga", "step"), "s", "other"))
                    .isFalse();
        });
        assertThat(reply()).isEqualTo("mine");
    }

    @Test
    void a_null_where_none_may_be_is_rejected_and_not_taken_for_a_twin() {
        assertThatThrownBy(() -> jdbc.run(tx -> tx.insertFirst("barrier", List.of("saga", "step"), "s", null)))
                .isInstanceOf(RejectedException.class)
                .isNotInstanceOf(DuplicateKeyException.class);
    }

    @Test
    void twins_wait_for_the_first_and_read_what_it_stored() {
        assertThat(outcomesOfTwins(false)).hasSize(TWINS).containsOnly("false stored");
    }

    @Test
    void when_the_first_rolls_back_exactly_one_twin_takes_its_place_and_none_fails() {
        assertThat(outcomesOfTwins(true))
                .hasSize(TWINS)
                .containsOnlyOnce("true by twin")
                .filteredOn(outcome -> outcome.equals("false by twin"))
                .hasSize(TWINS - 1);
    }

    @Test
    void after_other_statements_a_deadlock_is_a_conflict_and_the_whole_transaction_can_be_repeated() {
        db.execute("INSERT INTO barrier (saga, step) VALUES ('before', 'any')");
        assertThat(outcomesOfTwins(true, tx -> tx.query("SELECT * FROM barrier", row -> true)))
                .containsOnlyOnce("true by twin")
                .filteredOn(outcome -> outcome.equals("false by twin"))
                .hasSize(TWINS - 1);
    }

    @Test
    void a_twin_that_may_not_wait_longer_is_told_so_and_the_session_is_as_before() {
        String setting = isPostgres(db) ? "current_setting('lock_timeout')" : "@@innodb_lock_wait_timeout";
        String sql = "SELECT " + setting + " AS v";
        jdbc.run(outer -> {
            outer.insertFirst("barrier", List.of("saga", "step"), "s", "t");
            jdbc.run(tx -> {
                String before = tx.query(sql, row -> row.string("v")).get(0);
                boolean other = tx.waitingAtMost(
                        Duration.ofMillis(100), () -> tx.insertFirst("barrier", List.of("saga", "step"), "s", "other"));
                assertThat(other).isTrue();
                assertThat(tx.query(sql, row -> row.string("v"))).containsExactly(before);
            });
            assertThatThrownBy(() -> jdbc.run(tx -> tx.waitingAtMost(
                            Duration.ofMillis(100),
                            () -> tx.insertFirst("barrier", List.of("saga", "step"), "s", "t"))))
                    .isInstanceOf(ConflictException.class);
        });
    }

    private List<String> outcomesOfTwins(boolean rollBack) {
        return outcomesOfTwins(rollBack, tx -> {});
    }

    private List<String> outcomesOfTwins(boolean rollBack, TxTask before) {
        ExecutorService threads = Executors.newFixedThreadPool(TWINS);
        List<CompletableFuture<String>> twins = new ArrayList<>();
        try {
            jdbc.run(tx -> {
                tx.insertFirst("barrier", List.of("saga", "step", "reply"), "s", "t", "stored");
                for (int i = 0; i < TWINS; i++) {
                    twins.add(CompletableFuture.supplyAsync(() -> twin(before), threads));
                }
                Awaitility.await().until(() -> waiting() == TWINS);
                if (rollBack) {
                    throw new RejectedException("on purpose");
                }
            });
        } catch (RejectedException expected) {
            assertThat(rollBack).isTrue();
        }
        List<String> outcomes = twins.stream().map(CompletableFuture::join).toList();
        threads.shutdown();
        return outcomes;
    }

    private String twin(TxTask before) {
        return jdbc.withRetryOnConflict(10, tx -> {
            before.run(tx);
            boolean first = tx.insertFirst("barrier", List.of("saga", "step", "reply"), "s", "t", "by twin");
            String sql = "SELECT reply FROM barrier WHERE saga = ? AND step = ? "
                    + tx.dialect().forUpdate();
            return first + " "
                    + tx.queryOne(sql, row -> row.string("reply"), "s", "t").orElse("nothing");
        });
    }

    private long waiting() {
        String sql = isPostgres(db)
                ? "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO barrier%'"
                : "SELECT count(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
        return jdbc.autocommit(tx -> tx.query(sql, row -> row.longValue("n"))).get(0);
    }

    private boolean first(String reply) {
        return jdbc.inTransaction(tx -> tx.insertFirst("barrier", List.of("saga", "step", "reply"), "s", "t", reply));
    }

    private String reply() {
        return jdbc.inTransaction(
                        tx -> tx.query("SELECT reply FROM barrier WHERE step = 't'", row -> row.string("reply")))
                .get(0);
    }
}
