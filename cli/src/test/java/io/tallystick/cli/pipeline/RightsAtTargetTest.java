package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A user of a target who may do too little: the check says what is missing, nothing is set aside for it, and its statements mend it. */
@ExtendWith(Servers.Extension.class)
class RightsAtTargetTest {

    private static final String T = "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(100))";

    private final Servers servers;

    RightsAtTargetTest(Servers servers) {
        this.servers = servers;
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void what_a_user_may_not_do_at_a_target_is_named_with_the_grant_that_mends_it_and_waited_for(Engine engine) {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(engine);
        source.execute(T, "INSERT INTO t VALUES (1, 'before')");
        target.execute(T);
        Schema.of(Jdbc.on(target.dataSource())).install("cdc");
        boolean postgres = engine == Engine.POSTGRESQL;
        String user = postgres ? "scant" : "scant@'%'";
        target.execute(
                postgres
                        ? "CREATE ROLE scant LOGIN PASSWORD 'scant-pw'"
                        : "CREATE USER scant@'%' IDENTIFIED BY 'scant-pw'",
                "GRANT SELECT, DELETE ON " + Pipe.name(target, "t") + " TO " + user,
                "GRANT SELECT ON " + Pipe.name(target, "tally_schema") + " TO " + user);
        for (String table : List.of(
                "position", "quarantine", "quarantine_audit", "conflict", "pause", "pipeline", "pipeline_audit")) {
            target.execute(
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON " + Pipe.name(target, "tally_" + table) + " TO " + user);
        }
        String yaml = asScant(Pipe.mirror("scant_" + engine.name().toLowerCase(Locale.ROOT), source, target, "t"));
        try (PipelineRun run = PipelineRun.of(PipelineFile.parse("scant.yaml", yaml, any -> null))) {
            assertThat(run.examine())
                    .extracting(Finding::toString)
                    .anyMatch(text -> text.contains("t1: component cdc is not to be used by its user")
                            && text.contains("right DELETE, INSERT, SELECT, UPDATE on table tally_load is missing"));
        }
        target.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON " + Pipe.name(target, "tally_load") + " TO " + user);
        try (Pipe pipe = Pipe.start(yaml)) {
            Pipe.patiently()
                    .untilAsserted(() ->
                            assertThat(String.valueOf(pipe.target().error())).contains("denied"));
            List<Finding> found = ofScant(pipe.run());
            assertThat(found)
                    .filteredOn(finding -> finding.severity() == Finding.Severity.ERROR)
                    .extracting(
                            finding -> finding.subject() + " " + finding.found().replaceFirst(" for .*", ""))
                    .containsExactly("t1: table " + Pipe.name(target, "t") + " without the right to INSERT, UPDATE");
            found.forEach(finding -> target.execute(finding.mend()));
            pipe.awaitValue(target, "SELECT s FROM t", "before");
            source.execute("UPDATE t SET s = 'after'");
            pipe.awaitValue(target, "SELECT s FROM t", "after");
            assertThat(ofScant(pipe.run())).isEmpty();
            pipe.awaitValue(target, "SELECT count(*) FROM tally_quarantine", "0");
        } finally {
            target.execute(
                    postgres ? "DROP OWNED BY scant" : "DO 1", postgres ? "DROP ROLE scant" : "DROP USER scant@'%'");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"MARIADB", "MYSQL"})
    void a_right_that_comes_by_a_role_or_a_pattern_counts(Engine engine) {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(engine);
        source.execute(T);
        target.execute(T);
        Schema.of(Jdbc.on(target.dataSource())).install("cdc");
        String table = Pipe.name(target, "t");
        target.execute(
                "CREATE ROLE writer",
                "CREATE USER scant@'%' IDENTIFIED BY 'scant-pw'",
                "GRANT SELECT, INSERT, UPDATE, DELETE ON " + target.name() + ".* TO writer",
                "GRANT TRIGGER ON " + table + " TO writer",
                "GRANT writer TO scant@'%'",
                "SET DEFAULT ROLE writer " + (engine == Engine.MYSQL ? "TO" : "FOR") + " scant@'%'");
        String yaml = asScant(Pipe.mirror("by_role_" + engine.name().toLowerCase(Locale.ROOT), source, target, "t"));
        try {
            assertThat(rights(yaml)).isEmpty();
            target.execute("REVOKE TRIGGER ON " + table + " FROM writer");
            assertThat(rights(yaml))
                    .extracting(Finding::subject, Finding::severity)
                    .containsExactly(tuple("t1: triggers of " + table, Finding.Severity.WARNING));
            String pattern = target.name().substring(0, target.name().length() - 1) + "_";
            target.execute("GRANT TRIGGER ON `" + pattern + "`.* TO scant@'%'");
            assertThat(rights(yaml)).isEmpty();
        } finally {
            target.execute("DROP USER scant@'%'", "DROP ROLE writer");
        }
    }

    private static String asScant(String yaml) {
        return yaml.replaceFirst(
                "(t1: \\{url: \"[^\"]*\"), user: \\w+, password: [\\w-]*", "$1, user: scant, password: scant-pw");
    }

    private static List<Finding> rights(String yaml) {
        try (PipelineRun run = PipelineRun.of(PipelineFile.parse("scant.yaml", yaml, any -> null))) {
            return ofScant(run);
        }
    }

    private static List<Finding> ofScant(PipelineRun run) {
        return run.examine().stream()
                .filter(finding -> finding.found().contains("scant"))
                .toList();
    }
}
