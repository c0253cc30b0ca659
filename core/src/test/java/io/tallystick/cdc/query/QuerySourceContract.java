package io.tallystick.cdc.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.Finding;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What asking tables for their changes finds, on any database. */
abstract class QuerySourceContract {

    private static final DateTimeFormatter LITERAL =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);

    private final DataSource dataSource;
    private final String schema;
    private final String timestamp;

    @TempDir
    Path directory;

    /** @param timestamp a type for a wall clock with microseconds */
    QuerySourceContract(DataSource dataSource, String schema, String timestamp) {
        this.dataSource = dataSource;
        this.schema = schema;
        this.timestamp = timestamp;
    }

    String spelt(String name) {
        return name;
    }

    private QueryScene account() throws SQLException {
        execute(
                "DROP TABLE IF EXISTS account",
                "CREATE TABLE account (id BIGINT PRIMARY KEY, name VARCHAR(40), changed " + timestamp + " NOT NULL)",
                "CREATE INDEX account_changed ON account (changed, id)");
        return scene("account");
    }

    private QueryScene scene(String table) {
        return new QueryScene(dataSource, new TableName(schema, spelt(table)), spelt("changed"));
    }

    @Test
    void a_row_comes_when_it_is_new_and_when_it_changed_and_not_again() throws SQLException {
        try (QueryScene scene = account().begin()) {
            put(1, "one", scene.now());
            put(2, "two", scene.now());
            assertThat(scene.rest()).containsExactly("PUT 1,one", "PUT 2,two");
            assertThat(scene.rest()).isEmpty();
            execute("UPDATE account SET name = 'zwei', changed = " + literal(scene.now()) + " WHERE id = 2");
            assertThat(scene.rest()).containsExactly("PUT 2,zwei");
            assertThat(scene.rest())
                    .as("the overlap is read again, and nothing there is new")
                    .isEmpty();
        }
    }

    @Test
    void what_was_there_before_the_beginning_is_left_to_the_copy() throws SQLException {
        QueryScene scene = account();
        put(1, "old", scene.now().minusHours(1));
        try (scene) {
            scene.begin();
            put(2, "new", scene.now());
            assertThat(scene.rest()).contains("PUT 2,new");
        }
    }

    @Test
    void what_is_committed_late_within_the_overlap_is_not_missed() throws SQLException {
        try (QueryScene scene = account().begin();
                Connection late = dataSource.getConnection()) {
            late.setAutoCommit(false);
            insert(late, 1, "late", scene.now());
            put(2, "later, and committed first", scene.now());
            assertThat(scene.rest()).containsExactly("PUT 2,later, and committed first");
            assertThat(scene.rest()).isEmpty();
            late.commit();
            assertThat(scene.rest()).containsExactly("PUT 1,late");
        }
    }

    @Test
    void what_is_committed_later_than_the_overlap_allows_is_missed_as_the_documentation_says() throws SQLException {
        try (QueryScene scene = account().begin()) {
            put(1, "now", scene.now());
            assertThat(scene.rest()).containsExactly("PUT 1,now");
            put(2, "a minute late", scene.now().minusMinutes(1));
            assertThat(scene.rest()).isEmpty();
        }
    }

    @Test
    void a_second_change_under_the_same_change_value_is_noticed_within_the_overlap() throws SQLException {
        try (QueryScene scene = account().begin()) {
            LocalDateTime once = scene.now();
            put(1, "first", once);
            put(2, "first", once);
            assertThat(scene.rest()).containsExactly("PUT 1,first", "PUT 2,first");
            execute("UPDATE account SET name = 'second' WHERE id = 1");
            put(3, "first", once);
            assertThat(scene.rest()).containsExactly("PUT 1,second", "PUT 3,first");
        }
    }

    @Test
    void twelve_thousand_rows_of_one_change_value_come_once_each_also_when_the_reading_is_cut_in_between()
            throws SQLException {
        try (QueryScene scene = account().begin()) {
            fill(12_345, scene.now());
            List<TransactionPiece> found = new ArrayList<>(scene.pieces(3));
            assertThat(found.get(2).last())
                    .as("the first visit ends here, in the middle of the table")
                    .isTrue();
            scene.restart();
            found.addAll(scene.restOf());
            List<Object> ids = found.stream()
                    .flatMap(piece -> piece.changes().stream())
                    .map(change -> change.named().value(0))
                    .toList();
            assertThat(ids).doesNotHaveDuplicates().hasSize(12_345);
        }
    }

    @Test
    void after_a_restart_nothing_is_missing_and_only_the_overlap_comes_again() throws SQLException {
        try (QueryScene scene = account().begin()) {
            put(1, "long ago", scene.now().minusSeconds(29));
            put(2, "just now", scene.now());
            assertThat(scene.rest()).hasSize(2);
            execute("UPDATE account SET changed = " + literal(scene.now().minusHours(1)) + " WHERE id = 1");
            scene.restart();
            put(3, "meanwhile", scene.now());
            assertThat(scene.rest()).containsExactly("PUT 2,just now", "PUT 3,meanwhile");
        }
    }

    @Test
    void a_value_from_the_future_hides_nothing_that_comes_after_it() throws SQLException {
        try (QueryScene scene = account().begin()) {
            put(1, "far ahead", scene.now().plusYears(1));
            assertThat(scene.rest()).containsExactly("PUT 1,far ahead");
            put(2, "today", scene.now());
            assertThat(scene.rest()).containsExactly("PUT 2,today");
            scene.restart();
            put(3, "after the restart", scene.now());
            assertThat(scene.rest()).contains("PUT 3,after the restart");
        }
    }

    @Test
    void when_the_databases_clock_is_set_back_nothing_is_missed() throws SQLException {
        try (QueryScene scene = account().begin()) {
            put(1, "before", scene.now());
            assertThat(scene.rest()).containsExactly("PUT 1,before");
            scene.setClock(Duration.ofHours(-2));
            put(2, "after", scene.now());
            assertThat(scene.rest()).contains("PUT 2,after");
            put(3, "later", scene.now());
            assertThat(scene.rest()).containsExactly("PUT 3,later");
        }
    }

    @Test
    void when_the_clock_was_set_back_while_nobody_asked_all_is_read_again() throws SQLException {
        try (QueryScene scene = account().begin()) {
            put(1, "before", scene.now());
            assertThat(scene.rest()).containsExactly("PUT 1,before");
            scene.restart();
            put(2, "between, on the new clock", scene.now().minusHours(3));
            scene.setClock(Duration.ofHours(-2));
            assertThat(scene.rest()).containsExactly("PUT 2,between, on the new clock", "PUT 1,before");
        }
    }

    @Test
    void a_later_reading_from_an_earlier_place_is_never_taken_for_contained() throws SQLException {
        try (QueryScene scene = account().begin()) {
            Position early = scene.position();
            put(1, "one", scene.now());
            scene.rest();
            Position late = scene.position();
            scene.goOnAfter(early);
            put(2, "two", scene.now());
            scene.rest();
            assertThat(scene.source().covers(scene.position(), late)).isTrue();
            assertThat(scene.source().covers(late, scene.position())).isFalse();
        }
    }

    @Test
    void deleted_rows_are_found_once_and_may_come_again() throws SQLException {
        QueryScene scene = account();
        put(1, "stays", scene.now().minusHours(1));
        put(2, "goes", scene.now().minusHours(1));
        try (scene) {
            scene.withDeletes(directory).begin();
            LocalDateTime at = scene.now();
            put(3, "comes and goes", at);
            scene.rest();
            scene.source().snapshot().read(table(scene), null, null, 100);
            execute("DELETE FROM account WHERE id > 1");
            List<String> gone = new ArrayList<>(scene.until("DELETE 2"));
            gone.addAll(gone.contains("DELETE 3") ? List.of() : scene.until("DELETE 3"));
            assertThat(gone).filteredOn(line -> line.startsWith("DELETE")).contains("DELETE 2", "DELETE 3");
            scene.stream().acknowledge(scene.position());
            put(3, "comes and goes", at);
            assertThat(scene.until("PUT 3"))
                    .as("the same row as before, and yet it is new")
                    .contains("PUT 3,comes and goes");
        }
    }

    @Test
    void a_row_that_is_deleted_again_and_again_goes_each_time() throws SQLException {
        try (QueryScene scene = account().withDeletes(directory).begin()) {
            for (int time = 1; time <= 3; time++) {
                put(1, "time " + time, scene.now());
                assertThat(scene.until("PUT 1")).contains("PUT 1,time " + time);
                letComparisonsPass(scene, time - 1);
                execute("DELETE FROM account");
                assertThat(scene.until("DELETE 1")).contains("DELETE 1");
                scene.stream().acknowledge(scene.position());
            }
        }
    }

    @Test
    void rows_that_were_deleted_while_nobody_looked_are_found_after_the_restart() throws SQLException {
        try (QueryScene scene = account().withDeletes(directory).begin()) {
            fill(10_001, scene.now().minusHours(1));
            scene.source().snapshot().read(table(scene), null, null, 20_000);
            put(20_000, "seen", scene.now());
            scene.rest();
            scene.restart();
            execute("DELETE FROM account WHERE id IN (1, 9999, 10000, 10001, 20000)");
            List<String> gone = new ArrayList<>();
            while (gone.size() < 5) {
                scene.until("DELETE").stream()
                        .filter(line -> line.startsWith("DELETE") && !gone.contains(line))
                        .forEach(gone::add);
            }
            assertThat(gone)
                    .containsExactlyInAnyOrder(
                            "DELETE 1", "DELETE 9999", "DELETE 10000", "DELETE 10001", "DELETE 20000");
        }
    }

    @Test
    void a_lost_memory_of_keys_is_said_and_not_passed_over() throws SQLException {
        try (QueryScene scene =
                account().withDeletes(directory.resolve("first")).begin()) {
            put(1, "one", scene.now());
            scene.rest();
            scene.restart();
            scene.withDeletes(directory.resolve("second"));
            assertThatThrownBy(scene::stream).isInstanceOf(GapException.class).hasMessageContaining("memory of keys");
        }
    }

    @Test
    void two_processes_never_share_a_memory_of_keys() throws SQLException {
        try (QueryScene scene = account().withDeletes(directory).begin();
                QueryScene second = scene("account").withDeletes(directory)) {
            assertThat(scene.rest()).isEmpty();
            assertThatThrownBy(second::begin).hasMessageContaining("used by another process");
        }
    }

    @Test
    void a_number_that_grows_serves_as_well_and_late_numbers_within_the_overlap_are_found() throws SQLException {
        execute(
                "DROP TABLE IF EXISTS entry",
                "CREATE TABLE entry (bank VARCHAR(20), line INT, changed BIGINT NOT NULL, PRIMARY KEY (bank, line))");
        try (QueryScene scene = scene("entry").begin()) {
            execute("INSERT INTO entry VALUES ('국민', 1, 1000), ('가나', 1, 1000), ('국민', 2, 1000)");
            assertThat(scene.rest()).containsExactlyInAnyOrder("PUT 국민,1", "PUT 가나,1", "PUT 국민,2");
            execute("INSERT INTO entry VALUES ('late', 7, 901)");
            execute("INSERT INTO entry VALUES ('too late', 7, 899)");
            assertThat(scene.rest()).containsExactly("PUT late,7");
            scene.restart();
            execute("UPDATE entry SET changed = 1001 WHERE bank = '가나'");
            assertThat(scene.rest()).contains("PUT 가나,1");
        }
    }

    @Test
    void the_examination_names_what_is_missing_and_what_would_be_missed() throws SQLException {
        execute(
                "DROP TABLE IF EXISTS plain",
                "DROP TABLE IF EXISTS keyless",
                "CREATE TABLE plain (id BIGINT PRIMARY KEY, word VARCHAR(20), changed " + timestamp + ")",
                "CREATE TABLE keyless (id BIGINT, changed " + timestamp + " NOT NULL)");
        assertThat(findings("plain", "nowhere"))
                .singleElement()
                .satisfies(one -> assertThat(one.why())
                        .containsIgnoringCase("no column nowhere")
                        .containsIgnoringCase("word"));
        assertThat(findings("plain", "word"))
                .singleElement()
                .satisfies(one -> assertThat(one.why()).contains("order says nothing about time"));
        assertThat(findings("keyless", "changed"))
                .singleElement()
                .satisfies(one -> assertThat(one.why()).contains("no primary key"));
        assertThat(findings("nobody", "changed"))
                .singleElement()
                .satisfies(one -> assertThat(one.why()).contains("does not exist"));
        assertThat(findings("plain", "changed"))
                .extracting(Finding::found)
                .containsExactly("nullable", "not the first column of an index");
        execute("INSERT INTO plain VALUES (1, 'x', '2999-01-01 00:00:00')");
        assertThat(findings("plain", "changed"))
                .anySatisfy(one -> assertThat(one.found()).contains("2999"));
    }

    /** A row that comes and goes beside marks the end of a comparison. */
    private void letComparisonsPass(QueryScene scene, int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            put(99, "mark", scene.now());
            scene.until("PUT 99");
            execute("DELETE FROM account WHERE id = 99");
            scene.until("DELETE 99");
            scene.stream().acknowledge(scene.position());
        }
    }

    private List<Finding> findings(String table, String column) {
        TableName name = new TableName(schema, spelt(table));
        try (QueryScene scene = new QueryScene(dataSource, name, spelt(column))) {
            return scene.source().examine(Set.of(name)).stream()
                    .filter(found -> !found.subject().equals("compare_deletes"))
                    .toList();
        }
    }

    private static SourceTable table(QueryScene scene) {
        return scene.source().describe(Set.of(scene.table)).get(0);
    }

    private void fill(int rows, LocalDateTime at) throws SQLException {
        execute("INSERT INTO account VALUES "
                + IntStream.rangeClosed(1, rows)
                        .mapToObj(id -> "(" + id + ", 'row', " + literal(at) + ")")
                        .collect(Collectors.joining(", ")));
    }

    private void put(long id, String name, LocalDateTime at) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            insert(connection, id, name, at);
        }
    }

    private static void insert(Connection connection, long id, String name, LocalDateTime at) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO account VALUES (" + id + ", '" + name + "', " + literal(at) + ")");
        }
    }

    static String literal(LocalDateTime at) {
        return "'" + LITERAL.format(at) + "'";
    }

    void execute(String... statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
