package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A bank with fifty rows of money, an empty table of money elsewhere, and a file of the pipeline {@code bank} that mirrors one into the other. */
abstract class MoneyScene {

    static final Duration LONG = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofMillis(50);

    final TestDatabase bank;
    final TestDatabase copy;

    @TempDir
    Path folder;

    Path file;

    MoneyScene(TestDatabase bank) {
        this.bank = bank;
        this.copy = bank.createDatabase();
    }

    @BeforeEach
    final void fiftyRows() throws IOException {
        bank.execute(
                "DROP TABLE IF EXISTS money",
                "CREATE TABLE money (id BIGINT PRIMARY KEY, amount INT NOT NULL)",
                "INSERT INTO money SELECT n, 10 FROM generate_series(1, 50) n");
        copy.execute("CREATE TABLE money (id BIGINT PRIMARY KEY, amount INT NOT NULL)");
        file = write("lease: 1s");
    }

    /** The file with other settings. */
    final Path write(String settings) throws IOException {
        return Files.writeString(folder.resolve("bank.yaml"), """
                pipeline: bank
                source: {url: "%s", user: "%s", password: "%s", tables: [public.money]}
                targets:
                  copy: {url: "%s", user: "%s", password: "%s"}
                routes:
                  - from: public.money
                    to: [{target: copy, table: public.money}]
                settings: {first_pause: 20ms, longest_pause: 200ms, %s}
                """.formatted(
                        bank.url(), bank.user(), bank.password(), copy.url(), copy.user(), copy.password(), settings));
    }

    @AfterEach
    final void noSlot() {
        patiently()
                .untilAsserted(
                        () -> assertThat(pipeline("drop", "--yes").exit()).isZero());
    }

    /** Looks at once, and then again and again. */
    static ConditionFactory patiently() {
        return await().atMost(LONG).pollDelay(Duration.ZERO).pollInterval(LOOK);
    }

    /** A command on this pipeline. */
    final Run pipeline(String verb, String... more) {
        List<String> words = new ArrayList<>(List.of("pipeline", verb, file.toString()));
        words.addAll(Arrays.asList(more));
        return Run.of(words.toArray(String[]::new));
    }

    /** Runs the pipeline from now on. */
    final PipelineRun started() {
        PipelineRun run = PipelineRun.of(PipelineFile.read(file));
        run.install();
        run.start();
        return run;
    }

    /** The same, with all fifty rows there. */
    final PipelineRun copied() {
        PipelineRun run = started();
        awaitRows(50);
        return run;
    }

    final void awaitRows(int rows) {
        awaitCopy("SELECT count(*) FROM money", String.valueOf(rows));
    }

    /** Waits until the only value of this answer of the copy is that one. */
    final void awaitCopy(String sql, String expected) {
        patiently()
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(rows(copy, sql)).as(sql).containsExactly(expected));
    }

    final void awaitEqual() throws SQLException {
        String all = "SELECT string_agg(id || '=' || amount, ' ' ORDER BY id) FROM money";
        awaitCopy(all, one(bank, all));
    }

    static long number(TestDatabase db, String sql) throws SQLException {
        return Long.parseLong(one(db, sql));
    }

    static String one(TestDatabase db, String sql) throws SQLException {
        return rows(db, sql).get(0);
    }

    /** The rows of an answer, each with its cells between bars. */
    static List<String> rows(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    cells.add(String.valueOf(found.getString(i)));
                }
                rows.add(String.join("|", cells));
            }
            return rows;
        }
    }
}
