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

/** What a target cannot hold is set aside with the reason, never changed without a word, and the rows beside it flow. */
@ExtendWith(Servers.Extension.class)
class RefusedValuesTest {

    private final Servers servers;

    RefusedValuesTest(Servers servers) {
        this.servers = servers;
    }

    /** A column with a value that does not arrive. */
    private record Bad(String source, String target, String literal) {}

    private static List<Bad> bad(Engine from, Engine to) {
        if (from == Engine.POSTGRESQL && to == Engine.POSTGRESQL) {
            return List.of();
        }
        if (to == Engine.POSTGRESQL) {
            return List.of(
                    new Bad("DATE", "date", "'0000-00-00'"),
                    new Bad("DATE", "date", "'2024-00-15'"),
                    new Bad("DATETIME", "timestamp", "'0000-00-00 00:00:00'"),
                    new Bad("DATETIME(6)", "timestamp", "'2024-02-31 00:00:00'"),
                    new Bad("TIMESTAMP NULL", "timestamptz", "'0000-00-00 00:00:00'"),
                    new Bad("TIME", "time", "'24:00:01'"),
                    new Bad("TIME", "time", "'-00:00:01'"),
                    new Bad("BIGINT UNSIGNED", "bigint", "9223372036854775808"),
                    new Bad("VARCHAR(20)", "text", "CONCAT('nul', CHAR(0), 'byte')"),
                    new Bad("JSON", "jsonb", "'\"\\\\u0000\"'"),
                    new Bad("VARCHAR(20)", "varchar(3)", "'한글😀!'"),
                    new Bad("BIT(8)", "boolean", "b'10'"),
                    new Bad("VARBINARY(20)", "uuid", "x'00'"),
                    new Bad("INT", "smallint CHECK (%s > 0)", "-1"));
        }
        return List.of(
                new Bad("date", "date", "'infinity'"),
                new Bad("date", "date", "'0044-03-15 BC'"),
                new Bad("date", "date", "'10000-01-01'"),
                new Bad("timestamp", "datetime(6)", "'-infinity'"),
                new Bad("timestamp", "datetime(6)", "'0044-03-15 01:02:03 BC'"),
                new Bad("timestamp", "datetime(6)", "'10000-01-01 00:00:00'"),
                new Bad("timestamptz", "datetime(6)", "'12345-01-01 00:00:00+00'"),
                new Bad("timestamptz", "timestamp NULL", "'2155-01-01 00:00:00+00'"),
                new Bad("timestamptz", "timestamp NULL", "'1969-12-31 23:59:59+00'"),
                new Bad("numeric", "decimal(20,2)", "'NaN'"),
                new Bad("numeric", "decimal(20,2)", "'Infinity'"),
                new Bad("numeric(5,-2)", "decimal(5,0)", "1234500"),
                new Bad("double precision", "double", "'NaN'"),
                new Bad("real", "float", "'-Infinity'"),
                new Bad("double precision", "float", "1e300"),
                new Bad("text", "varchar(3)", "'한글😀!'"),
                new Bad("text", "text CHARACTER SET latin1", "'한'"),
                new Bad("bytea", "varbinary(2)", "'\\x010203'"),
                new Bad("jsonb", "tinyint", "'300'"),
                new Bad("integer", "tinyint unsigned", "-1"),
                new Bad("text", "enum('a','b')", "'c'"),
                new Bad("bit(8)", "bit(4)", "B'11111111'"),
                new Bad("text[]", "set('a','b')", "'{c}'"));
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "MYSQL, POSTGRESQL", "POSTGRESQL, MARIADB", "POSTGRESQL, MYSQL"})
    void every_value_that_the_target_cannot_hold_is_set_aside_alone(Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        List<Bad> all = bad(from, to);
        StringBuilder here = new StringBuilder("CREATE TABLE t (id INT PRIMARY KEY");
        StringBuilder there = new StringBuilder("CREATE TABLE t (id INT PRIMARY KEY");
        for (int i = 0; i < all.size(); i++) {
            here.append(", c").append(i).append(' ').append(all.get(i).source());
            there.append(", c").append(i).append(' ').append(all.get(i).target().formatted("c" + i));
        }
        source.execute(here + ")");
        target.execute(there + ")");
        String loose = from == Engine.POSTGRESQL ? "SELECT 1" : "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'";
        for (int i = 0; i < all.size(); i++) {
            Pipe.inOne(
                    source,
                    loose,
                    "INSERT INTO t (id, c" + i + ") VALUES (" + i + ", "
                            + all.get(i).literal() + ")");
        }
        String name = ("refused_" + from + "_" + to).toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
            source.execute("INSERT INTO t (id) VALUES (500)");
            pipe.awaitValue(target, "SELECT count(*) FROM t WHERE id = 500", "1");
            awaitLookedAt(pipe, target, all.size());
            for (int i = 0; i < all.size(); i++) {
                Pipe.inOne(
                        source,
                        loose,
                        "INSERT INTO t (id, c" + i + ") VALUES (" + (100 + i) + ", "
                                + all.get(i).literal() + ")");
            }
            awaitLookedAt(pipe, target, 2 * all.size());
            assertThat(arrived(target, all))
                    .as("what arrived changed, though it does not fit")
                    .isEmpty();
            assertThat(Pipe.rows(target, "SELECT row_key FROM tally_quarantine"))
                    .hasSize(2 * all.size());
        }
    }

    @Test
    void what_a_target_cannot_express_becomes_what_its_file_declares() throws SQLException {
        TestDatabase mariadb = servers.database(Engine.MARIADB);
        TestDatabase postgres = servers.database(Engine.POSTGRESQL);
        mariadb.execute("CREATE TABLE t (id INT PRIMARY KEY, d DATE, at DATETIME(6), word DATE)");
        postgres.execute("CREATE TABLE t (id INT PRIMARY KEY, d DATE, at TIMESTAMP, word TEXT)");
        Pipe.inOne(mariadb, "SET SESSION sql_mode = ''", "INSERT INTO t VALUES (1, 0, 0, 0)");
        String yaml = Pipe.mirror("declared_m2p", mariadb, postgres, "t")
                .replaceFirst("(t1: \\{.*)\\}", "$1, conversion: {zero_date: 'null'}}");
        try (Pipe pipe = Pipe.start(yaml)) {
            Pipe.inOne(mariadb, "SET SESSION sql_mode = ''", "INSERT INTO t VALUES (2, 0, 0, 0)");
            pipe.awaitRows(
                    postgres,
                    "SELECT * FROM t ORDER BY id",
                    found -> assertThat(found).containsExactly("1|null|null|null", "2|null|null|null"));
        }
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.MARIADB);
        source.execute("CREATE TABLE t (id INT PRIMARY KEY, d DATE, at TIMESTAMP, n NUMERIC, f FLOAT8, nan FLOAT8)");
        target.execute(
                "CREATE TABLE t (id INT PRIMARY KEY, d DATE, at DATETIME(6), n DECIMAL(5,2), f DOUBLE, nan DOUBLE)");
        String row = "INSERT INTO t VALUES (%d, 'infinity', '-infinity', 'infinity', '-infinity', 'nan')";
        source.execute(row.formatted(1));
        String clamping = Pipe.mirror("declared_p2m", source, target, "t")
                .replaceFirst("(t1: \\{.*)\\}", "$1, conversion: {infinity: clamp, not_a_number: 'null'}}");
        try (Pipe pipe = Pipe.start(clamping)) {
            source.execute(row.formatted(2));
            String same = "|9999-12-31|0001-01-01 00:00:00.000000|999.99|-1.7976931348623157e308|null";
            pipe.awaitRows(
                    target,
                    "SELECT id, d, CAST(at AS CHAR), n, CAST(f AS CHAR), nan FROM t ORDER BY id",
                    found -> assertThat(found).containsExactly("1" + same, "2" + same));
        }
    }

    @ParameterizedTest
    @CsvSource({"MYSQL, MARIADB", "MARIADB, MYSQL", "MARIADB, MARIADB"})
    void dates_that_no_calendar_has_pass_between_those_that_have_them(Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        for (TestDatabase db : List.of(source, target)) {
            db.execute("CREATE TABLE t (id INT PRIMARY KEY, d DATE, at DATETIME(6))");
        }
        String loose = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'";
        String row =
                "INSERT INTO t VALUES (%d, '2024-00-15', '2024-02-31 01:02:03.5'), (%d, '0000-00-00', '0000-00-00 00:00:00')";
        Pipe.inOne(source, loose, row.formatted(1, 2));
        String name = ("no_day_" + from + "_" + to).toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
            Pipe.inOne(source, loose, row.formatted(3, 4));
            List<String> expected =
                    List.of("2024-00-15|2024-02-31 01:02:03.500000", "0000-00-00|0000-00-00 00:00:00.000000");
            pipe.awaitRows(
                    target,
                    "SELECT CAST(d AS CHAR), CAST(at AS CHAR) FROM t ORDER BY id",
                    found -> assertThat(found)
                            .containsExactly(expected.get(0), expected.get(1), expected.get(0), expected.get(1)));
        }
    }

    private static void awaitLookedAt(Pipe pipe, TestDatabase target, int rows) {
        pipe.awaitValue(
                target,
                "SELECT (SELECT count(*) FROM t WHERE id < 500) + (SELECT count(*) FROM tally_quarantine)",
                "" + rows);
    }

    private static List<String> arrived(TestDatabase target, List<Bad> all) {
        try {
            return Pipe.cells(target, "SELECT * FROM t WHERE id < 500 ORDER BY id").stream()
                    .map(row -> {
                        int at = Integer.parseInt(row.get(0)) % 100;
                        return all.get(at) + " became " + row.get(at + 1);
                    })
                    .toList();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
