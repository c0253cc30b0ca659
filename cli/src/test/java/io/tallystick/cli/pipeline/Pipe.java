package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.file.PipelineRunBuilder;
import io.tallystick.cdc.file.PipelineSpec;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.core.ConditionFactory;

/** A pipeline that runs from the text of a file; closing it gives up its slot as well. */
final class Pipe implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofMillis(50);
    static final String SETTINGS = "settings: {first_pause: 20ms, longest_pause: 200ms}\n";

    private final PipelineSpec spec;
    private final PipelineRunBuilder program;
    private PipelineRun run;

    private Pipe(PipelineSpec spec, PipelineRunBuilder program) {
        this.spec = spec;
        this.program = program;
        this.run = program.open(spec);
    }

    static Pipe start(String yaml) {
        return start(yaml, "group_changes: 10000");
    }

    /** With one more setting, or another one instead of ours. */
    static Pipe start(String yaml, String setting) {
        return start(yaml, setting, PipelineRun.builder());
    }

    /** With what a program has registered. */
    static Pipe start(String yaml, String setting, PipelineRunBuilder program) {
        String key = setting.substring(0, setting.indexOf(':') + 1);
        String settings = SETTINGS.contains(key)
                ? SETTINGS.replaceFirst(key + " \\w+", setting)
                : SETTINGS.replace("}", ", " + setting + "}");
        Pipe pipe = new Pipe(PipelineFile.parse("test.yaml", yaml + settings, name -> null), program);
        pipe.run.install();
        pipe.run.start();
        return pipe;
    }

    /** A file that carries these tables over as they are. */
    static String mirror(String name, TestDatabase source, TestDatabase target, String... tables) {
        StringBuilder yaml = new StringBuilder(head(name, source, List.of(tables), target)).append("routes:\n");
        for (String table : tables) {
            yaml.append("  - from: ")
                    .append(name(source, table))
                    .append("\n    to: [{target: t1, table: ")
                    .append(name(target, table))
                    .append("}]\n");
        }
        return yaml.toString();
    }

    /** The beginning of a file, up to the routes; targets are called t1, t2 and so on. */
    static String head(String name, TestDatabase source, List<String> tables, TestDatabase... targets) {
        StringBuilder yaml = new StringBuilder("pipeline: " + name + "\nsource: {" + place(source) + ", tables: ["
                + String.join(
                        ", ", tables.stream().map(table -> name(source, table)).toList())
                + "]}\ntargets:\n");
        for (int i = 0; i < targets.length; i++) {
            yaml.append("  t")
                    .append(i + 1)
                    .append(": {")
                    .append(place(targets[i]))
                    .append("}\n");
        }
        return yaml.toString();
    }

    static String place(TestDatabase db) {
        return place(db, db.port());
    }

    /** Through a port of this machine that leads to the database. */
    static String place(TestDatabase db, int port) {
        return "url: \"%s\", user: %s, password: %s"
                .formatted(db.url().replace(":" + db.port() + "/", ":" + port + "/"), db.user(), db.password());
    }

    /** As a pipeline file names it. */
    static String name(TestDatabase db, String table) {
        return (db.engine() == Engine.POSTGRESQL ? "public" : db.name()) + "." + table;
    }

    /** Looks at once, and then again and again. */
    static ConditionFactory patiently() {
        return await().atMost(LONG).pollDelay(Duration.ZERO).pollInterval(LOOK);
    }

    PipelineRun run() {
        return run;
    }

    PipelineStatus status() {
        return run.status();
    }

    PipelineStatus.TargetStatus target() {
        return run.status().targets().get(0);
    }

    /** Ends the pipeline as an orderly end of its process would. */
    void pause() {
        run.close();
    }

    void resume() {
        run = program.open(spec);
        run.start();
    }

    void awaitState(PipelineStatus.State state) {
        patiently()
                .untilAsserted(() ->
                        assertThat(status().state()).as(() -> "of " + status()).isEqualTo(state));
    }

    /** Waits until the only value of this answer is that one. */
    void awaitValue(TestDatabase db, String sql, String expected) {
        awaitRows(db, sql, found -> assertThat(found).containsExactly(expected));
    }

    void awaitRows(TestDatabase db, String sql, Consumer<List<String>> check) {
        patiently().untilAsserted(() -> {
            List<String> found = rows(db, sql);
            try {
                check.accept(found);
            } catch (AssertionError e) {
                throw new AssertionError(
                        e.getMessage() + "\nwhile the pipeline stood so: " + status() + "\nand the quarantine: "
                                + quarantine(db),
                        e);
            }
        });
    }

    /** The same while a process of its own runs the pipeline. */
    static void awaitThat(TestDatabase db, String sql, String expected) {
        patiently()
                .untilAsserted(() -> assertThat(rows(db, sql))
                        .as(() -> "of " + sql + "; the quarantine: " + told(db))
                        .containsExactly(expected));
    }

    private static String told(TestDatabase db) {
        try {
            return quarantine(db).toString();
        } catch (SQLException e) {
            return e.getMessage();
        }
    }

    /** The rows of an answer, each with its cells between bars. */
    static List<String> rows(TestDatabase db, String sql) throws SQLException {
        return cells(db, sql).stream()
                .map(row -> String.join("|", row.stream().map(String::valueOf).toList()))
                .toList();
    }

    static List<List<String>> cells(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<List<String>> rows = new ArrayList<>();
            while (found.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    cells.add(found.getString(i));
                }
                rows.add(cells);
            }
            return rows;
        }
    }

    static String value(TestDatabase db, String sql) throws SQLException {
        return rows(db, sql).get(0);
    }

    /** Several statements in one transaction. */
    static void inOne(TestDatabase db, String... statements) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    /** A statement over the rows n = 1, 2, … of a table that it selects from last, with what it needs before it. */
    static String[] numbers(TestDatabase db, int upTo, String insert) {
        if (db.engine() == Engine.POSTGRESQL) {
            return new String[] {insert + " FROM generate_series(1, " + upTo + ") n"};
        }
        return new String[] {
            "SET SESSION " + (db.engine() == Engine.MARIADB ? "max_recursive_iterations" : "cte_max_recursion_depth")
                    + " = " + (upTo + 1),
            insert + " FROM (WITH RECURSIVE one (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < " + upTo
                    + ") SELECT n FROM one) each_"
        };
    }

    /** What the target refused, each with the reason. */
    static List<String> quarantine(TestDatabase target) throws SQLException {
        return rows(target, "SELECT table_name, operation, row_key, error FROM tally_quarantine ORDER BY id");
    }

    @Override
    public void close() {
        run.close();
        try (PipelineRun end = PipelineRun.of(spec)) {
            end.drop();
        }
    }
}
