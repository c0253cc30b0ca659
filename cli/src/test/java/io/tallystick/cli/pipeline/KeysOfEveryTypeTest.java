package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whatever type a key has, its rows are copied, found for updates and deletes, and moved to another key. Each table has five rows: one
 * stays, one is changed, one goes, one gets the key of the one that went, and one goes and comes again.
 */
@ExtendWith(Servers.Extension.class)
class KeysOfEveryTypeTest {

    private final Servers servers;

    KeysOfEveryTypeTest(Servers servers) {
        this.servers = servers;
    }

    private static Map<String, List<String>> postgresql() {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("smallint", List.of("-32768", "-1", "0", "1", "32767"));
        keys.put("numeric", List.of("'NaN'", "'Infinity'", "'-Infinity'", "0.10", "1e100"));
        keys.put("real", List.of("'NaN'", "'Infinity'", "'-0'", "0.1", "1.4e-45"));
        keys.put("double precision", List.of("'NaN'", "'-Infinity'", "0.1", "0.30000000000000004", "4.9e-324"));
        keys.put("money", List.of("'-1.05'", "'0'", "'1.05'", "'92233720368547758.07'", "'3'"));
        keys.put("text", List.of("''", "' '", "'it''s \\ \"'", "'계좌 😀'", "E'\\t'"));
        keys.put("varchar(20) COLLATE \"C\"", List.of("'a'", "'A'", "'a '", "'é'", "'z'"));
        keys.put("char(5)", List.of("''", "'a'", "' a'", "'한글'", "'zzzzz'"));
        keys.put("citext", List.of("'a'", "'B'", "'c'", "'Grüße'", "''"));
        keys.put("bytea", List.of("'\\x'", "'\\x00'", "'\\x0000'", "'\\xff'", "'\\x5c27'"));
        keys.put("date", List.of("'infinity'", "'-infinity'", "'0044-03-15 BC'", "'2024-02-29'", "'5874897-12-31'"));
        keys.put(
                "timestamp",
                List.of(
                        "'infinity'",
                        "'-infinity'",
                        "'0044-03-15 BC'",
                        "'2024-02-29 01:02:03.000001'",
                        "'2000-01-01'"));
        keys.put(
                "timestamptz",
                List.of(
                        "'infinity'",
                        "'-infinity'",
                        "'0044-03-15 BC'",
                        "'2024-10-27 02:30+02'",
                        "'2024-10-27 02:30+01'"));
        keys.put("time", List.of("'24:00'", "'00:00'", "'12:00:00.000001'", "'12:00'", "'23:59:59.999999'"));
        keys.put("timetz", List.of("'24:00-15:59'", "'00:00+00'", "'12:00+09'", "'12:00-09'", "'23:59:59.999999+00'"));
        keys.put("interval", List.of("'infinity'", "'-infinity'", "'1 mon'", "'-1 day 2 hours'", "'0'"));
        keys.put(
                "uuid",
                List.of(
                        "gen_random_uuid()",
                        "gen_random_uuid()",
                        "gen_random_uuid()",
                        "gen_random_uuid()",
                        "gen_random_uuid()"));
        keys.put("inet", List.of("'10.0.0.1'", "'10.0.0.1/8'", "'::1'", "'0.0.0.0/0'", "'255.255.255.255'"));
        keys.put("bit(4)", List.of("B'0000'", "B'0001'", "B'1000'", "B'1111'", "B'0110'"));
        keys.put("varbit", List.of("B''", "B'0'", "B'00'", "B'1'", "B'10'"));
        keys.put("boolean", List.of("true", "false"));
        keys.put("mood", List.of("'happy'", "'so so'", "'슬픔'", "'it''s'", "'z'"));
        keys.put("jsonb", List.of("'1'", "'\"1\"'", "'null'", "'{\"a\": [1, \"it''s\"]}'", "'[]'"));
        keys.put("integer[]", List.of("'{}'", "'{1}'", "'{1,NULL}'", "'{{1,2}}'", "'[0:0]={1}'"));
        keys.put("int4range", List.of("'empty'", "'(,)'", "'[1,2)'", "'[1,3)'", "'[2,)'"));
        keys.put("pg_lsn", List.of("'0/0'", "'0/1'", "'1/0'", "'FFFFFFFF/FFFFFFFF'", "'16/B374D848'"));
        keys.put("oid", List.of("0", "1", "2147483648", "4294967295", "7"));
        keys.put(
                "macaddr",
                List.of(
                        "'08:00:2b:01:02:03'",
                        "'00:00:00:00:00:00'",
                        "'ff:ff:ff:ff:ff:ff'",
                        "'08:00:2b:01:02:04'",
                        "'01:00:00:00:00:00'"));
        keys.put("price", List.of("1.00", "2.50", "0", "99.99", "7"));
        keys.put("address", List.of("'(a,1)'", "'(\"b, c\",2)'", "'(\"\",0)'", "'(z,-1)'", "'(\"it''s\",7)'"));
        return keys;
    }

    private static Map<String, List<String>> mysql(Engine engine) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("TINYINT", List.of("-128", "-1", "0", "1", "127"));
        keys.put(
                "BIGINT UNSIGNED",
                List.of("0", "1", "9223372036854775807", "9223372036854775808", "18446744073709551615"));
        keys.put("DECIMAL(30,10)", List.of("-0.0000000001", "0", "0.1", "12345678901234567890.0123456789", "7"));
        keys.put("FLOAT", List.of("-0.5", "0", "0.1", "3.4028234e38", "16777217"));
        keys.put("DOUBLE", List.of("-0.5", "0", "0.1", "0.30000000000000004", "1.7976931348623157e308"));
        keys.put("BIT(64)", List.of("0", "1", "~0", "256", "9223372036854775808"));
        keys.put("YEAR", List.of("0", "1901", "2000", "2024", "2155"));
        keys.put("DATE", List.of("'0000-00-00'", "'2024-00-15'", "'0001-01-01'", "'2024-02-29'", "'9999-12-31'"));
        keys.put("TIME(6)", List.of("'-838:59:59'", "'-00:00:00.000001'", "'00:00:00'", "'25:00:00.5'", "'838:59:59'"));
        keys.put(
                "DATETIME(6)",
                List.of(
                        "'0000-00-00 00:00:00'",
                        "'1000-01-01 00:00:00.000001'",
                        "'2024-02-29 00:00:00'",
                        "'2024-02-29 00:00:00.1'",
                        "'9999-12-31 23:59:59.999999'"));
        keys.put(
                "TIMESTAMP(3)",
                List.of(
                        "'1970-01-02 00:00:01'",
                        "'2024-03-31 02:30:00'",
                        "'2024-03-31 02:30:00.001'",
                        "'2024-10-27 02:30:00'",
                        "'2038-01-18 03:14:07'"));
        keys.put("CHAR(5)", List.of("''", "'a'", "' a'", "'한글'", "'zzzzz'"));
        keys.put("VARCHAR(20)", List.of("''", "'it''s'", "'b\\\\s'", "'계좌 😀'", "'%'"));
        keys.put("VARCHAR(20) CHARACTER SET latin1", List.of("'a'", "'é'", "'ß'", "'€'", "'z'"));
        keys.put("VARCHAR(20) CHARACTER SET euckr", List.of("'가'", "'나'", "'뷁'", "'a'", "'힣'"));
        keys.put("VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", List.of("'a'", "'A'", "'é'", "'e'", "'ä'"));
        keys.put(
                "BINARY(3)",
                List.of("x'000000'", "x'00'", "x'ff'", "x'5c2700'", "x'616263'").subList(1, 5));
        keys.put("VARBINARY(10)", List.of("x''", "x'00'", "x'0000'", "x'ff'", "x'5c27'"));
        keys.put("ENUM('z','a','it''s','한','')", List.of("1", "2", "3", "4", "5"));
        keys.put("SET('z','a','it''s','한')", List.of("0", "1", "2", "3", "15"));
        if (engine == Engine.MARIADB) {
            keys.put(
                    "UUID",
                    List.of(
                            "'01234567-89ab-1def-8123-456789abcd00'",
                            "UUID()",
                            "UUID()",
                            "'ffffffff-ffff-4fff-bfff-ffffffffffff'",
                            "'00000000-0000-0000-0000-000000000000'"));
            keys.put("INET4", List.of("'0.0.0.0'", "'1.2.3.0'", "'255.255.255.255'", "'10.0.0.1'", "'9.0.0.1'"));
            keys.put("INET6", List.of("'::'", "'::1'", "'::ffff:1.2.3.4'", "'2001:db8::1:0:0:5'", "'ffff::'"));
        }
        return keys;
    }

    @Test
    void rows_of_postgresql_are_found_by_keys_of_every_type() throws SQLException {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute("CREATE TYPE takes_a_number AS (n int)");
        for (TestDatabase db : List.of(source, target)) {
            db.execute(
                    "CREATE EXTENSION citext",
                    "CREATE TYPE mood AS ENUM ('happy', 'so so', '슬픔', 'it''s', 'z')",
                    "CREATE DOMAIN price AS numeric(10,2)",
                    "CREATE TYPE address AS (street text, number int)");
        }
        found(source, target, postgresql(), "SELECT 1");
    }

    @Test
    void rows_of_mariadb_are_found_by_keys_of_every_type() throws SQLException {
        found(
                servers.database(Engine.MARIADB),
                servers.database(Engine.MARIADB),
                mysql(Engine.MARIADB),
                "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'");
    }

    @Test
    void rows_of_mysql_are_found_by_keys_of_every_type() throws SQLException {
        found(
                servers.database(Engine.MYSQL),
                servers.database(Engine.MYSQL),
                mysql(Engine.MYSQL),
                "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'");
    }

    private static void found(TestDatabase source, TestDatabase target, Map<String, List<String>> keys, String session)
            throws SQLException {
        List<String> tables = new ArrayList<>();
        List<String> before = new ArrayList<>(List.of(session));
        List<String> after = new ArrayList<>(List.of(session));
        for (Map.Entry<String, List<String>> each : keys.entrySet()) {
            String table = "keys_" + tables.size();
            tables.add(table);
            String create = "CREATE TABLE " + table + " (k " + each.getKey() + " PRIMARY KEY, n INT NOT NULL)";
            source.execute(create);
            target.execute(create);
            for (int i = 0; i < each.getValue().size(); i++) {
                before.add(
                        "INSERT INTO " + table + " VALUES (" + each.getValue().get(i) + ", " + i + ")");
            }
            String gone = "n = 2";
            after.add("UPDATE " + table + " SET n = n + 10 WHERE n = 1");
            after.add("DELETE FROM " + table + " WHERE " + gone);
            if (each.getValue().size() > 3) {
                after.add("UPDATE " + table + " SET k = " + each.getValue().get(2) + ", n = 30 WHERE n = 3");
            }
            after.add("DELETE FROM " + table + " WHERE n = 4");
        }
        Pipe.inOne(source, before.toArray(String[]::new));
        String name = "keys_" + source.engine().name().toLowerCase(java.util.Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, tables.toArray(String[]::new)))) {
            awaitSame(pipe, source, target, tables);
            Pipe.inOne(source, after.toArray(String[]::new));
            awaitSame(pipe, source, target, tables);
            List<String> again = new ArrayList<>(List.of(session));
            int table = 0;
            for (List<String> values : keys.values()) {
                if (values.size() > 4 && !values.get(4).contains("(")) {
                    again.add("INSERT INTO " + tables.get(table) + " VALUES (" + values.get(4) + ", 40)");
                }
                table++;
            }
            Pipe.inOne(source, again.toArray(String[]::new));
            awaitSame(pipe, source, target, tables);
            assertThat(Pipe.quarantine(target)).isEmpty();
            assertThat(pipe.target().counts().missing()).isZero();
        }
    }

    private static void awaitSame(Pipe pipe, TestDatabase source, TestDatabase target, List<String> tables)
            throws SQLException {
        for (String table : tables) {
            String key = source.engine() == Engine.POSTGRESQL ? "k::text" : "HEX(k)";
            String sql = "SELECT " + key + ", n FROM " + table + " ORDER BY n";
            List<String> wanted = Pipe.rows(source, sql);
            pipe.awaitRows(target, sql, found -> assertThat(found).as(table).isEqualTo(wanted));
        }
    }
}
