package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file's routes make of inserts, updates and deletions: modes, filters, computed values, one row to many, many to one. */
@ExtendWith(Servers.Extension.class)
class RoutesOfFilesTest {

    private static final String ACCOUNT =
            "CREATE TABLE account (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL, status VARCHAR(10) NOT NULL, email VARCHAR(60))";

    private final Servers servers;

    RoutesOfFilesTest(Servers servers) {
        this.servers = servers;
    }

    private static String name(String what, TestDatabase source, TestDatabase target) {
        return (what + "_" + source.engine() + "_" + target.engine()).toLowerCase(Locale.ROOT);
    }

    /** The last change of a test arrives behind all others. */
    private static void awaitEnd(Pipe pipe, TestDatabase source, TestDatabase target) {
        source.execute("INSERT INTO account VALUES (999, 'end', 'active', NULL)");
        pipe.awaitValue(target, "SELECT count(*) FROM copied WHERE id = 999", "1");
    }

    private static List<String> rows(TestDatabase db, String columns, String table) throws SQLException {
        return Pipe.rows(db, "SELECT " + columns + " FROM " + table + " WHERE id <> 999 ORDER BY id");
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB", "POSTGRESQL, MYSQL"})
    void a_mirror_follows_everything_an_owned_row_keeps_what_is_the_targets_and_a_row_made_once_is_let_go(
            Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute(
                ACCOUNT,
                "INSERT INTO account VALUES (1, 'one', 'active', NULL), (2, 'two', 'active', 'two@x'), (3, 'three', 'idle', '')");
        target.execute(
                ACCOUNT.replace("account", "copied"),
                "CREATE TABLE slim (id BIGINT PRIMARY KEY, title VARCHAR(40) NOT NULL, rank_ INT NOT NULL DEFAULT 7)",
                "CREATE TABLE owned (id BIGINT PRIMARY KEY, title VARCHAR(40) NOT NULL, note VARCHAR(20) NOT NULL DEFAULT 'new')",
                "CREATE TABLE once (id BIGINT PRIMARY KEY, title VARCHAR(40) NOT NULL, note VARCHAR(20) NOT NULL DEFAULT 'new')",
                "INSERT INTO owned VALUES (2, 'was here', 'before')",
                "INSERT INTO once VALUES (2, 'was here', 'before')");
        String yaml = Pipe.head(name("modes", source, target), source, List.of("account"), target)
                + """
                routes:
                  - from: %s
                    to:
                      - {target: t1, table: %s}
                      - {target: t1, table: %s, mode: mirror, set: {id: id, title: name}}
                      - {target: t1, table: %s, mode: owned, set: {id: id, title: "upper(name)"}}
                      - {target: t1, table: %s, mode: insert_if_absent, set: {id: id, title: "concat(name, '의 것')"}}
                """.formatted(
                                Pipe.name(source, "account"),
                                Pipe.name(target, "copied"),
                                Pipe.name(target, "slim"),
                                Pipe.name(target, "owned"),
                                Pipe.name(target, "once"));
        try (Pipe pipe = Pipe.start(yaml)) {
            pipe.awaitValue(target, "SELECT count(*) FROM copied", "3");
            assertThat(rows(target, "id, title, note", "owned"))
                    .containsExactly("1|ONE|new", "2|TWO|before", "3|THREE|new");
            assertThat(rows(target, "id, title, note", "once"))
                    .containsExactly("1|one의 것|new", "2|was here|before", "3|three의 것|new");
            target.execute(
                    "UPDATE owned SET note = 'kept' WHERE id IN (1, 2)",
                    "UPDATE slim SET rank_ = 1 WHERE id = 2",
                    "UPDATE once SET title = 'ours' WHERE id = 1",
                    "DELETE FROM once WHERE id = 2");
            Pipe.inOne(
                    source,
                    "UPDATE account SET name = 'renamed', email = 'new@x' WHERE id <= 2",
                    "DELETE FROM account WHERE id = 3",
                    "INSERT INTO account VALUES (4, 'four', 'active', NULL)");
            Pipe.inOne(source, "UPDATE account SET id = 11 WHERE id = 1");
            awaitEnd(pipe, source, target);
            assertThat(rows(target, "id, name, status, email", "copied"))
                    .containsExactly("2|renamed|active|new@x", "4|four|active|null", "11|renamed|active|new@x");
            assertThat(rows(target, "id, title, rank_", "slim"))
                    .containsExactly("2|renamed|1", "4|four|7", "11|renamed|7");
            assertThat(rows(target, "id, title, note", "owned"))
                    .containsExactly("2|RENAMED|kept", "4|FOUR|new", "11|RENAMED|kept");
            assertThat(rows(target, "id, title, note", "once"))
                    .as("a row that is made once follows neither a change, nor another key, nor the end of its source")
                    .containsExactly("1|ours|new", "3|three의 것|new", "4|four의 것|new");
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void rows_come_and_go_as_they_enter_and_leave_a_filter(Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute(
                ACCOUNT,
                "INSERT INTO account VALUES (1, 'one', 'active', NULL), (2, 'two', 'idle', NULL), (3, 'three', 'idle', NULL),"
                        + " (5, 'five', 'active', NULL), (6, 'six', 'idle', NULL), (7, 'seven', 'active', NULL),"
                        + " (8, 'eight', 'active', NULL), (9, 'nine', 'active', NULL)");
        target.execute(
                ACCOUNT.replace("account", "copied"),
                "CREATE TABLE owned (id BIGINT PRIMARY KEY, title VARCHAR(40) NOT NULL, note VARCHAR(20) NOT NULL DEFAULT 'new')",
                "CREATE TABLE once (id BIGINT PRIMARY KEY, title VARCHAR(40) NOT NULL)");
        String yaml = Pipe.head(name("filters", source, target), source, List.of("account"), target)
                + """
                routes:
                  - from: %s
                    filter: "status == 'active' and id > 0"
                    to:
                      - {target: t1, table: %s}
                      - {target: t1, table: %s, mode: owned, set: {id: id, title: name}}
                      - {target: t1, table: %s, mode: insert_if_absent, set: {id: id, title: name}}
                """.formatted(
                                Pipe.name(source, "account"),
                                Pipe.name(target, "copied"),
                                Pipe.name(target, "owned"),
                                Pipe.name(target, "once"));
        try (Pipe pipe = Pipe.start(yaml)) {
            pipe.awaitValue(target, "SELECT count(*) FROM copied", "5");
            target.execute("UPDATE owned SET note = 'kept' WHERE id IN (7, 9)");
            Pipe.inOne(
                    source,
                    "UPDATE account SET status = 'active' WHERE id = 2",
                    "UPDATE account SET status = 'idle' WHERE id = 1",
                    "UPDATE account SET status = 'active', id = 33 WHERE id = 3",
                    "INSERT INTO account VALUES (4, 'four', 'active', NULL)",
                    "UPDATE account SET status = 'idle' WHERE id = 4",
                    "DELETE FROM account WHERE id = 5",
                    "DELETE FROM account WHERE id = 6",
                    "UPDATE account SET name = 'moved', id = 77 WHERE id = 7",
                    "UPDATE account SET status = 'idle', id = 88 WHERE id = 8",
                    "UPDATE account SET name = 'renamed' WHERE id = 9");
            awaitEnd(pipe, source, target);
            assertThat(rows(target, "id, name", "copied"))
                    .containsExactly("2|two", "9|renamed", "33|three", "77|moved");
            assertThat(rows(target, "id, title", "owned"))
                    .containsExactly("2|two", "9|renamed", "33|three", "77|moved");
            assertThat(rows(target, "id, note", "owned")).contains("9|kept");
            assertThat(rows(target, "id, title", "once"))
                    .as("who enters the filter later is made as well; who leaves it stays")
                    .contains("1|one", "2|two", "4|four", "5|five", "7|seven", "8|eight", "9|nine", "33|three");
        }
    }

    @Test
    void one_row_makes_rows_in_several_tables_of_several_databases_and_takes_them_along() throws SQLException {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase mail = servers.database(Engine.MARIADB);
        TestDatabase calendar = servers.database(Engine.POSTGRESQL);
        source.execute(ACCOUNT, "INSERT INTO account VALUES (1, 'old', 'active', NULL)");
        mail.execute(
                "CREATE TABLE folder (id CHAR(36) PRIMARY KEY, account BIGINT NOT NULL, name VARCHAR(60) NOT NULL, size_ INT NOT NULL DEFAULT 100)");
        calendar.execute(
                ACCOUNT.replace("account", "copied"),
                "CREATE TABLE calendar (id UUID PRIMARY KEY, account BIGINT NOT NULL, title TEXT NOT NULL, score NUMERIC NOT NULL, made TIMESTAMPTZ NOT NULL DEFAULT now())");
        String yaml = Pipe.head("fan_out", source, List.of("account"), mail, calendar)
                + """
                routes:
                  - from: public.account
                    to:
                      - {target: t1, table: %1$s, mode: owned, set: {id: "uuid5(id, 'in')", account: id, name: "concat(name, '/받은 편지함')"}}
                      - {target: t1, table: %1$s, mode: owned, set: {id: "uuid5(id, 'out')", account: id, name: "concat(name, '/보낸 편지함')"}}
                      - {target: t2, table: public.calendar, mode: owned, set: {id: "uuid5(id, 'cal')", account: id, title: "coalesce(email, concat(name, '@없음'))", score: "id * 2 + 0.5"}}
                      - {target: t2, table: public.copied}
                """.formatted(Pipe.name(mail, "folder"));
        try (Pipe pipe = Pipe.start(yaml)) {
            pipe.awaitValue(mail, "SELECT count(*) FROM folder", "2");
            pipe.awaitValue(calendar, "SELECT title || ' ' || score FROM calendar", "old@없음 2.5");
            Pipe.inOne(
                    source,
                    "INSERT INTO account VALUES (2, 'two', 'active', 'two@x'), (3, 'three', 'active', NULL)",
                    "UPDATE account SET name = 'neu' WHERE id = 1",
                    "UPDATE account SET email = NULL, name = 'zwei' WHERE id = 2",
                    "DELETE FROM account WHERE id = 3");
            pipe.awaitRows(
                    mail,
                    "SELECT account, name, size_ FROM folder ORDER BY account, name",
                    found -> assertThat(found)
                            .containsExactly(
                                    "1|neu/받은 편지함|100", "1|neu/보낸 편지함|100", "2|zwei/받은 편지함|100", "2|zwei/보낸 편지함|100"));
            pipe.awaitRows(
                    calendar,
                    "SELECT account, title, score FROM calendar ORDER BY account",
                    found -> assertThat(found).containsExactly("1|neu@없음|2.5", "2|zwei@없음|4.5"));
            source.execute("DELETE FROM account WHERE id = 1");
            pipe.awaitValue(mail, "SELECT count(*) FROM folder", "2");
            pipe.awaitValue(calendar, "SELECT count(*) FROM calendar", "1");
        }
    }

    @Test
    void a_row_of_which_one_route_can_make_nothing_still_goes_the_other_ways() throws SQLException {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute(ACCOUNT);
        target.execute(
                ACCOUNT.replace("account", "copied"),
                "CREATE TABLE number (id BIGINT PRIMARY KEY, n NUMERIC)",
                "CREATE TABLE after_ (id BIGINT PRIMARY KEY, title TEXT)");
        String yaml = Pipe.head("one_leg", source, List.of("account"), target) + """
                routes:
                  - from: public.account
                    to:
                      - {target: t1, table: public.number, set: {id: id, n: "email * 2"}}
                      - {target: t1, table: public.copied}
                      - {target: t1, table: public.after_, set: {id: id, title: "upper(name)"}}
                """;
        try (Pipe pipe = Pipe.start(yaml)) {
            Pipe.inOne(
                    source, "INSERT INTO account VALUES (1, 'one', 'active', '21'), (2, 'two', 'active', 'no number')");
            awaitEnd(pipe, source, target);
            assertThat(rows(target, "id, name", "copied")).containsExactly("1|one", "2|two");
            assertThat(rows(target, "id, title", "after_")).containsExactly("1|ONE", "2|TWO");
            assertThat(rows(target, "id, n", "number")).containsExactly("1|42");
            assertThat(Pipe.rows(target, "SELECT table_name, error FROM tally_quarantine"))
                    .anyMatch(row -> row.contains("'email * 2' has no value"));
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "MARIADB, POSTGRESQL"})
    void rows_of_several_tables_share_one_and_none_touches_the_others_rows(Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute(
                ACCOUNT,
                "CREATE TABLE shop_a (id INT PRIMARY KEY, amount INT)",
                "CREATE TABLE shop_b (id INT PRIMARY KEY, amount INT)",
                "INSERT INTO shop_a VALUES (1, 10), (2, 20), (3, 30)",
                "INSERT INTO shop_b VALUES (1, 100), (2, 200), (3, 300)");
        target.execute(
                ACCOUNT.replace("account", "copied"),
                "CREATE TABLE sale (origin VARCHAR(5), id INT, amount INT, PRIMARY KEY (origin, id))");
        String yaml = Pipe.head(name("merge", source, target), source, List.of("account", "shop_a", "shop_b"), target)
                + """
                routes:
                  - from: %s
                    to: [{target: t1, table: %s}]
                  - from: %s
                    to: [{target: t1, table: %4$s, set: {origin: "'a'", id: id, amount: amount}}]
                  - from: %5$s
                    to: [{target: t1, table: %4$s, set: {origin: "'b'", id: id, amount: amount}}]
                """.formatted(
                                Pipe.name(source, "account"),
                                Pipe.name(target, "copied"),
                                Pipe.name(source, "shop_a"),
                                Pipe.name(target, "sale"),
                                Pipe.name(source, "shop_b"));
        try (Pipe pipe = Pipe.start(yaml)) {
            pipe.awaitValue(target, "SELECT count(*) FROM sale", "6");
            Pipe.inOne(
                    source,
                    "UPDATE shop_a SET amount = 11 WHERE id = 1",
                    "DELETE FROM shop_b WHERE id = 1",
                    "UPDATE shop_b SET id = 4 WHERE id = 2",
                    "DELETE FROM shop_a WHERE id = 3");
            awaitEnd(pipe, source, target);
            String sales = "SELECT origin, id, amount FROM sale ORDER BY origin, id";
            assertThat(Pipe.rows(target, sales)).containsExactly("a|1|11", "a|2|20", "b|3|300", "b|4|200");
            source.execute("TRUNCATE TABLE shop_a", "INSERT INTO shop_b VALUES (5, 500)");
            pipe.awaitValue(target, "SELECT count(*) FROM sale WHERE id = 5", "1");
            assertThat(Pipe.rows(target, sales))
                    .as("one table was emptied, and the rows of the other are not its")
                    .contains("b|3|300", "b|4|200", "b|5|500");
        }
    }

    @Test
    void two_databases_of_two_products_fill_one_table() throws SQLException {
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute("CREATE TABLE sale (origin TEXT, id INT, amount INT, PRIMARY KEY (origin, id))");
        TestDatabase one = servers.database(Engine.POSTGRESQL);
        TestDatabase other = servers.database(Engine.MARIADB);
        for (TestDatabase shop : List.of(one, other)) {
            shop.execute(
                    "CREATE TABLE shop (id INT PRIMARY KEY, amount INT)", "INSERT INTO shop VALUES (1, 10), (2, 20)");
        }
        String routes = """
                routes:
                  - from: %s
                    to: [{target: t1, table: public.sale, mode: owned, set: {origin: "'%s'", id: id, amount: amount}}]
                """;
        try (Pipe a = Pipe.start(Pipe.head("shop_one", one, List.of("shop"), target)
                        + routes.formatted(Pipe.name(one, "shop"), "one"));
                Pipe b = Pipe.start(Pipe.head("shop_other", other, List.of("shop"), target)
                        + routes.formatted(Pipe.name(other, "shop"), "other"))) {
            one.execute("UPDATE shop SET amount = 11 WHERE id = 1", "DELETE FROM shop WHERE id = 2");
            other.execute("UPDATE shop SET id = 3 WHERE id = 2", "INSERT INTO shop VALUES (4, 40)");
            List<String> expected = List.of("one|1|11", "other|1|10", "other|3|20", "other|4|40");
            a.awaitRows(
                    target,
                    "SELECT origin, id, amount FROM sale ORDER BY origin, id",
                    found -> assertThat(found).as(() -> "beside " + b.status()).isEqualTo(expected));
        }
    }
}
