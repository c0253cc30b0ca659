package io.tallystick.jdbc;

import static io.tallystick.jdbc.Provoked.isPostgres;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Databases
class SchemaTest {

    private static final String TRICKY = """
            -- a comment; with a semicolon
            CREATE TABLE IF NOT EXISTS one (id INT PRIMARY KEY, name VARCHAR(20));
            /* another; comment */
            CREATE TABLE IF NOT EXISTS two (id INT PRIMARY KEY);
            INSERT INTO one (id, name) VALUES (1, 'a;b''c; --d');
            """;

    private final TestDatabase db;
    private final Jdbc jdbc;

    @TempDir
    Path root;

    SchemaTest(TestDatabase db) {
        this.db = db;
        this.jdbc = Jdbc.on(db.dataSource());
    }

    @BeforeEach
    void empty() throws IOException {
        for (String table : List.of("tally_schema", "one", "two", "three")) {
            db.execute("DROP TABLE IF EXISTS " + table);
        }
        write("first/V001__one_and_two.sql", TRICKY);
    }

    @Test
    void installs_once_and_again_without_doing_anything() throws IOException {
        schema().install();
        schema().install();
        write("first/V002__three.sql", "CREATE TABLE three (id INT PRIMARY KEY)");
        schema().install();
        assertThat(schema().problems()).isEmpty();
        assertThat(query("SELECT name AS v FROM one")).containsExactly("a;b'c; --d");
        assertThat(query("SELECT name AS v FROM tally_schema ORDER BY version"))
                .containsExactly("V001__one_and_two.sql", "V002__three.sql");
    }

    @Test
    void tables_that_were_installed_and_are_gone_are_named_and_not_made_anew_empty() {
        schema().install();
        db.execute("DROP TABLE one", "DROP TABLE two");

        assertThatThrownBy(() -> schema().install())
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("one (component first), two (component first)")
                .hasMessageContaining("Restore it from a backup");
        assertThat(schema().problems()).hasSize(2);
    }

    @Test
    void what_nobody_has_installed_is_told_from_what_is_damaged() {
        assertThat(schema().isAbsent("first")).isTrue();
        schema().install();
        assertThat(schema().isAbsent("first")).isFalse();
        db.execute("DROP TABLE one", "DROP TABLE two");
        assertThat(schema().isAbsent("first"))
                .as("tally_schema still says that it was")
                .isFalse();
    }

    @Test
    void installers_at_the_same_time_do_not_meet() throws IOException {
        write("first/V002__three.sql", "CREATE TABLE three (id INT PRIMARY KEY)");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<CompletableFuture<Void>> all = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> schema().install(), threads))
                .toList();
        all.forEach(CompletableFuture::join);
        threads.shutdown();
        assertThat(query("SELECT name AS v FROM one")).hasSize(1);
    }

    @Test
    void a_changed_file_is_refused_by_name() throws IOException {
        schema().install();
        write("first/V001__one_and_two.sql", TRICKY + "-- changed later\n");
        assertThatThrownBy(() -> schema().install())
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("first/V001__one_and_two.sql");
        assertThat(schema().problems()).singleElement().asString().contains("first/V001__one_and_two.sql");
    }

    @Test
    void what_is_missing_comes_in_one_error_with_the_command_that_mends_it() throws IOException {
        write("second/V001__three.sql", "CREATE TABLE three (id INT PRIMARY KEY)");
        assertThatThrownBy(() -> schema().require("first", "second"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("table one is missing")
                .hasMessageContaining("table two is missing")
                .hasMessageContaining("table three is missing")
                .hasMessageContaining("tally schema install first second --url " + db.url());
        schema().install();
        schema().require("first", "second");
    }

    @Test
    void tables_that_other_tools_installed_are_good_enough() {
        schema().statements("first").forEach(db::execute);
        schema().require("first");
    }

    @Test
    void missing_rights_are_named() {
        schema().install();
        asReader(
                List.of("tally_schema", "one", "two"),
                reader -> assertThat(reader.problems("first"))
                        .contains("right DELETE, INSERT, UPDATE on table one is missing"));
    }

    @Test
    void an_installer_without_the_right_to_leaves_no_lock_behind_in_its_pool() {
        db.execute("CREATE TABLE one (id INT PRIMARY KEY, name VARCHAR(20))");
        asReader(List.of("one"), reader -> {
            assertThatThrownBy(reader::install).isInstanceOf(RejectedException.class);
            schema().install();
        });
        assertThat(schema().problems()).isEmpty();
    }

    /** Who may read these tables and nothing else, over a pool that is open meanwhile. */
    private void asReader(List<String> tables, Consumer<Schema> work) {
        String user = isPostgres(db) ? "reader" : "'reader'@'%'";
        db.execute(
                isPostgres(db)
                        ? "CREATE ROLE reader LOGIN PASSWORD 'r'"
                        : "CREATE USER " + user + " IDENTIFIED BY 'r'");
        for (String table : tables) {
            db.execute("GRANT SELECT ON " + table(table) + " TO " + user);
        }
        try (HikariDataSource reader = new HikariDataSource()) {
            reader.setJdbcUrl(db.url());
            reader.setUsername("reader");
            reader.setPassword("r");
            reader.setMaximumPoolSize(1);
            work.accept(Schema.of(Jdbc.on(reader), loader()));
        } finally {
            if (isPostgres(db)) {
                db.execute("DROP OWNED BY reader");
            }
            db.execute(isPostgres(db) ? "DROP ROLE reader" : "DROP USER " + user);
        }
    }

    @Test
    void files_are_found_in_a_jar_too() throws IOException {
        Path jar = root.resolve("files.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            String folder = "";
            for (String part : folder().split("/")) {
                folder += part + "/";
                entries.putNextEntry(new JarEntry(folder));
            }
            entries.putNextEntry(new JarEntry(folder() + "first/"));
            entries.putNextEntry(new JarEntry(folder() + "first/V001__one_and_two.sql"));
            entries.write(TRICKY.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        Schema fromJar =
                Schema.of(jdbc, new URLClassLoader(new URL[] {jar.toUri().toURL()}, null));
        fromJar.install();
        assertThat(fromJar.problems("first")).isEmpty();
    }

    @Test
    void an_unknown_component_is_refused_with_the_known_ones() {
        assertThatThrownBy(() -> schema().install("frist"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("first");
    }

    private String table(String name) {
        return isPostgres(db) ? name : db.name() + "." + name;
    }

    /** MySQL finds MariaDB's files when it has none of its own. */
    private String folder() {
        return "io/tallystick/schema/" + (isPostgres(db) ? "postgresql/" : "mariadb/");
    }

    private void write(String file, String sql) throws IOException {
        Path path = root.resolve(folder() + file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, sql);
    }

    private Schema schema() {
        return Schema.of(jdbc, loader());
    }

    private ClassLoader loader() {
        try {
            return new URLClassLoader(new URL[] {root.toUri().toURL()}, null);
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> query(String sql) {
        return jdbc.autocommit(tx -> tx.query(sql, row -> row.string("v")));
    }
}
