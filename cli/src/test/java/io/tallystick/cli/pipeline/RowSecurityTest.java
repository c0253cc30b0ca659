package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Finding;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Row-level security of PostgreSQL hides rows without a word; a pipeline is refused instead, and says what mends it. */
@ExtendWith(Servers.Extension.class)
class RowSecurityTest {

    private static final String T = "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(100))";

    private final Servers servers;

    RowSecurityTest(Servers servers) {
        this.servers = servers;
    }

    @Test
    void at_a_target_no_change_of_a_hidden_row_is_lost() {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute(T, "INSERT INTO t SELECT n, 'before' FROM generate_series(1, 50) n");
        target.execute(T);
        target.execute(
                "CREATE ROLE narrow LOGIN PASSWORD 'narrow-pw'",
                "GRANT CREATE ON SCHEMA public TO narrow",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON t TO narrow");
        try (Pipe pipe = Pipe.start(as("narrow", target, Pipe.mirror("rls_target", source, target, "t")))) {
            pipe.awaitValue(target, "SELECT state FROM tally_load", "done");
            target.execute(
                    "CREATE POLICY odd ON t USING (id % 2 = 1) WITH CHECK (true)",
                    "ALTER TABLE t ENABLE ROW LEVEL SECURITY");
            source.execute("UPDATE t SET s = 'after'", "INSERT INTO t VALUES (51, 'after')");
            awaitReason(() -> String.valueOf(pipe.target().paused()), "under row-level security for");
            Finding found = only(pipe, "t1: table public.t");
            assertThat(found.found()).isEqualTo("under row-level security for \"narrow\"");
            target.execute(found.mend());
            pipe.awaitValue(target, "SELECT count(*) FROM t WHERE s = 'after'", "51");
            source.execute("DELETE FROM t WHERE id <= 10");
            pipe.awaitValue(target, "SELECT count(*) FROM t", "41");
            pipe.awaitValue(target, "SELECT count(*) FROM tally_quarantine", "0");
        } finally {
            target.execute("DROP OWNED BY narrow", "DROP ROLE narrow");
        }
    }

    @Test
    void of_a_source_no_row_is_missing_in_the_copy() {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute("CREATE ROLE reader LOGIN REPLICATION PASSWORD 'reader-pw'", T);
        source.execute(
                "INSERT INTO t SELECT n, 'before' FROM generate_series(1, 50) n",
                "ALTER TABLE t OWNER TO reader",
                "GRANT CREATE ON DATABASE " + source.name() + " TO reader",
                "CREATE POLICY odd ON t USING (id % 2 = 1)",
                "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE t FORCE ROW LEVEL SECURITY");
        target.execute(T);
        try (Pipe pipe = Pipe.start(as("reader", source, Pipe.mirror("rls_source", source, target, "t")))) {
            awaitReason(() -> String.valueOf(pipe.status()), "row-level security policy for table");
            Finding found = only(pipe, "source: table public.t");
            assertThat(found.found()).isEqualTo("under row-level security for reader");
            source.execute(found.mend());
            pipe.awaitValue(target, "SELECT count(*) FROM t", "50");
            source.execute("UPDATE t SET s = 'after'");
            pipe.awaitValue(target, "SELECT count(*) FROM t WHERE s = 'after'", "50");
        } finally {
            source.execute("DROP OWNED BY reader", "DROP ROLE reader");
        }
    }

    private static String as(String user, TestDatabase db, String yaml) {
        return yaml.replace(Pipe.place(db), "url: \"%s\", user: %s, password: %s-pw".formatted(db.url(), user, user));
    }

    private static void awaitReason(Supplier<String> told, String words) {
        Pipe.patiently().untilAsserted(() -> assertThat(told.get()).contains(words));
    }

    private static Finding only(Pipe pipe, String subject) {
        List<Finding> found = pipe.run().examine().stream()
                .filter(finding -> finding.subject().equals(subject))
                .toList();
        assertThat(found).singleElement().matches(one -> one.severity() == Finding.Severity.ERROR);
        return found.get(0);
    }
}
