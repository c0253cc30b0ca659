package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpecialValue;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each value by three ways: what was meant, what the log says, and what a snapshot reads. */
@Databases({Engine.MARIADB, Engine.MYSQL})
class BinlogTypesTest {

    @Test
    void numbers_keep_every_digit_and_their_sign(TestDatabase db) throws SQLException {
        Columns columns = new Columns();
        columns.add("TINYINT", "-128", -128L).add("TINYINT UNSIGNED", "255", 255L);
        columns.add("SMALLINT", "-32768", -32768L).add("SMALLINT UNSIGNED ZEROFILL", "7", 7L);
        columns.add("MEDIUMINT", "-8388608", -8388608L).add("MEDIUMINT UNSIGNED", "16777215", 16777215L);
        columns.add("YEAR", "2024", 2024L).add("YEAR", "0", 0L).add("YEAR", "1901", 1901L);
        columns.add("INT", "-2147483648", -2147483648L).add("INT UNSIGNED", "4294967295", 4294967295L);
        columns.add("BIGINT", "-9223372036854775808", Long.MIN_VALUE);
        columns.add("BIGINT UNSIGNED", "18446744073709551615", new BigInteger("18446744073709551615"));
        columns.add(
                "DECIMAL(65,30)",
                "-12345678901234567890123456789012345.012345678901234567890123456789",
                new BigDecimal("-12345678901234567890123456789012345.012345678901234567890123456789"));
        columns.add("DECIMAL(10,2)", "-0.05", new BigDecimal("-0.05"))
                .add("DECIMAL(12,0)", "100", new BigDecimal("100"));
        columns.add("DECIMAL(4,4) UNSIGNED", "0.9999", new BigDecimal("0.9999"));
        columns.add("FLOAT", "1.17549e-38", 1.17549e-38f).add("FLOAT", "16777217", 1.6777216e7f);
        columns.add("DOUBLE", "0.1", 0.1).add("DOUBLE", "-1.7976931348623157e308", -Double.MAX_VALUE);
        columns.add("BIT(1)", "1", "1").add("BIT(20)", "b'10000000000000000011'", "10000000000000000011");
        columns.add("BIT(64)", "18446744073709551615", "1".repeat(64));
        columns.verify(db);
    }

    @Test
    void dates_and_times_keep_their_sign_their_fraction_and_their_zeros(TestDatabase db) throws SQLException {
        Columns columns = new Columns();
        columns.add("DATE", "'9999-12-31'", LocalDate.of(9999, 12, 31))
                .add("DATE", "'0000-00-00'", SpecialValue.ZERO_DATE);
        columns.add("DATE", "'2024-02-00'", "2024-02-00");
        columns.add(
                "TIME", "'-838:59:59'", Duration.ofHours(-838).minusMinutes(59).minusSeconds(59));
        columns.add("TIME", "'838:59:59'", Duration.ofHours(838).plusMinutes(59).plusSeconds(59));
        columns.add("TIME(1)", "'-00:00:00.1'", Duration.ofMillis(-100))
                .add("TIME(3)", "'-12:00:01.234'", Duration.ofMillis(-43201234));
        columns.add("TIME(6)", "'25:00:00.000001'", Duration.ofHours(25).plusNanos(1000));
        columns.add("DATETIME", "'1000-01-01 00:00:00'", LocalDateTime.of(1000, 1, 1, 0, 0));
        columns.add("DATETIME(2)", "'2024-02-29 23:59:59.99'", LocalDateTime.of(2024, 2, 29, 23, 59, 59, 990_000_000));
        columns.add(
                "DATETIME(4)", "'2024-02-29 23:59:59.1234'", LocalDateTime.of(2024, 2, 29, 23, 59, 59, 123_400_000));
        columns.add(
                "DATETIME(6)", "'9999-12-31 23:59:59.999999'", LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000));
        columns.add("DATETIME(3)", "'0000-00-00 00:00:00'", SpecialValue.ZERO_DATE);
        columns.add("TIMESTAMP", "'2038-01-19 03:14:07'", Instant.parse("2038-01-19T03:14:07Z"));
        columns.add("TIMESTAMP(6)", "'1970-01-01 00:00:01.000001'", Instant.parse("1970-01-01T00:00:01.000001Z"));
        columns.add("TIMESTAMP(5)", "'0000-00-00 00:00:00'", SpecialValue.ZERO_DATE);
        columns.verify(db);
    }

    @Test
    void text_is_read_in_the_character_set_of_its_column(TestDatabase db) throws SQLException {
        Columns columns = new Columns();
        columns.add("CHAR(5) CHARACTER SET utf8mb4", "'한글 '", "한글");
        columns.add("CHAR(255) CHARACTER SET utf8mb4", "'😀'", "😀");
        columns.add("VARCHAR(10) CHARACTER SET latin1", "'é€\u0081'", "é€\u0081");
        columns.add("VARCHAR(10) CHARACTER SET euckr", "'한글'", "한글");
        columns.add("VARCHAR(300) CHARACTER SET utf8mb4", "'이름'", "이름")
                .add("VARCHAR(10) CHARACTER SET ucs2", "'가b'", "가b");
        columns.add("VARCHAR(10) CHARACTER SET sjis", "'テスト'", "テスト")
                .add("VARCHAR(10) CHARACTER SET utf32", "'가😀'", "가😀");
        columns.add("TINYTEXT CHARACTER SET utf8mb4", "''", "")
                .add("TEXT CHARACTER SET utf8mb4", "REPEAT('글', 1000)", "글".repeat(1000));
        columns.add("MEDIUMTEXT CHARACTER SET koi8r", "'Привет'", "Привет")
                .add("LONGTEXT CHARACTER SET utf8mb4", "'x'", "x");
        columns.add("ENUM('a','it''s','b\\\\s','한') CHARACTER SET utf8mb4", "4", "한");
        columns.add("ENUM('a','it''s','b\\\\s','한') CHARACTER SET utf8mb4", "3", "b\\s");
        columns.add("ENUM('x','é') CHARACTER SET latin1", "2", "é");
        columns.add("SET('r','g','파') CHARACTER SET utf8mb4", "'파,r'", List.of("r", "파"))
                .add("SET('r','g')", "''", List.of());
        columns.verify(db);
    }

    /** The log gives the sets of columns by their place among those that have one, and to the servers a geometry has one. */
    @Test
    void text_beside_geometries_is_read_in_the_character_set_of_its_column(TestDatabase db) throws SQLException {
        byte[] point = bytes("000000000101000000000000000000f03f0000000000000040");
        Columns some = new Columns();
        some.add("POINT", "POINT(1, 2)", point).add("VARCHAR(10) CHARACTER SET latin1", "'é'", "é");
        some.add("TEXT CHARACTER SET utf8mb4", "'글'", "글").add("GEOMETRY", "POINT(1, 2)", point);
        some.add("VARCHAR(10) CHARACTER SET euckr", "'한글'", "한글").add("BLOB", "x'ff'", bytes("ff"));
        some.add("ENUM('x','é') CHARACTER SET latin1", "2", "é").add("JSON", "'[\"é\"]'", "[\"é\"]");
        some.verify(db);
        Columns most = new Columns();
        for (String set : List.of("utf8mb4", "utf8mb4", "utf8mb4", "latin1", "utf8mb4", "utf8mb4")) {
            most.add("POINT", "POINT(1, 2)", point).add("VARCHAR(10) CHARACTER SET " + set, "'é'", "é");
        }
        most.verify(db);
    }

    @Test
    void bytes_come_with_their_zeros(TestDatabase db) throws SQLException {
        Columns columns = new Columns();
        columns.add("BINARY(4)", "x'0100'", bytes("01000000")).add("VARBINARY(10)", "x'00ff00'", bytes("00ff00"));
        columns.add("TINYBLOB", "x''", bytes("")).add("BLOB", "x'00'", bytes("00"));
        columns.add("MEDIUMBLOB", "REPEAT(x'ab', 70000)", bytes("ab".repeat(70_000)))
                .add("LONGBLOB", "x'01'", bytes("01"));
        columns.add("GEOMETRY", "POINT(1, 2)", bytes("000000000101000000000000000000f03f0000000000000040"));
        columns.verify(db);
    }

    @Test
    void json_keeps_its_numbers_and_its_text(TestDatabase db) throws SQLException {
        String document = "{\"a\": [1, -2, 65536, 4294967296, 18446744073709551615, 1.5, 1e100, true, false, null],"
                + " \"bb\": {\"이름\": \"q\\\"\\\\\\n한\"}, \"long\": \"" + "x".repeat(300) + "\"}";
        Columns columns = new Columns();
        columns.add("JSON", "'" + document.replace("\\", "\\\\") + "'", document);
        columns.add("JSON", "'[]'", "[]")
                .add("JSON", "'\"s\"'", "\"s\"")
                .add(
                        "JSON",
                        "'12345678901234567890.5'",
                        db.engine() == Engine.MARIADB ? "12345678901234567890.5" : "1.2345678901234567e19");
        if (db.engine() == Engine.MYSQL) {
            columns.add(
                    "JSON",
                    "JSON_ARRAY(CAST(1.50 AS DECIMAL(9,2)), CAST('2024-02-29 01:02:03.5' AS DATETIME(1)),"
                            + " CAST('-01:02:03' AS TIME), CAST('2024-02-29' AS DATE))",
                    "[1.50, \"2024-02-29 01:02:03.500000\", \"-01:02:03.000000\", \"2024-02-29\"]");
        }
        columns.verify(db);
    }

    @Test
    void types_that_only_mariadb_has_are_told_from_bytes(TestDatabase db) throws SQLException {
        if (db.engine() != Engine.MARIADB) {
            assertThat(db.engine()).isEqualTo(Engine.MYSQL);
            return;
        }
        Columns columns = new Columns();
        UUID time = UUID.fromString("01234567-89ab-1def-8123-456789abcd00");
        UUID random = UUID.fromString("01234567-89ab-4def-8123-456789abcdef");
        columns.add("UUID", "'" + time + "'", time)
                .add("UUID", "'" + random + "'", random)
                .add("UUID", "'00000000-0000-0000-0000-000000000000'", new UUID(0, 0));
        columns.add("INET4", "'1.2.3.0'", "1.2.3.0")
                .add("INET6", "'2001:db8::1:0:0:5'", "2001:db8::1:0:0:5")
                .add("INET6", "'::'", "::");
        columns.add("INET6", "'::ffff:1.2.3.4'", "::ffff:1.2.3.4");
        columns.add("VARCHAR(3000) CHARACTER SET utf8mb4 COMPRESSED", "REPEAT('한', 500)", "한".repeat(500));
        columns.add("VARCHAR(30) CHARACTER SET latin1 COMPRESSED", "''", "")
                .add("BLOB COMPRESSED", "x'0102'", bytes("0102"));
        columns.add("LONGTEXT CHARACTER SET utf8mb4 COMPRESSED", "REPEAT('abc', 40000)", "abc".repeat(40_000));
        columns.verify(db);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    /** Columns of a table with one value each. */
    private static final class Columns {

        private final Map<String, String> types = new LinkedHashMap<>();
        private final Map<String, String> values = new LinkedHashMap<>();
        private final Map<String, Object> expected = new LinkedHashMap<>();

        Columns add(String type, String sql, Object value) {
            String name = "c" + types.size();
            types.put(name, type);
            values.put(name, sql);
            expected.put(name, value);
            return this;
        }

        void verify(TestDatabase db) throws SQLException {
            String table = "types_" + Integer.toHexString(types.hashCode());
            StringBuilder create = new StringBuilder("CREATE TABLE " + table + " (id INT PRIMARY KEY");
            types.forEach((name, type) ->
                    create.append(", ").append(name).append(' ').append(type).append(" NULL"));
            db.execute(create.append(") CHARACTER SET utf8mb4").toString());
            try (BinlogScene scene = BinlogScene.of(db, table)) {
                BinlogStreamTest.transaction(
                        db,
                        "SET SESSION sql_mode = ''",
                        "INSERT INTO " + table + " VALUES (1, " + String.join(", ", values.values()) + ")",
                        "INSERT INTO " + table + " (id) VALUES (2)");
                var changes = scene.next().changes();
                Row logged = Objects.requireNonNull(changes.get(0).after());
                Row empty = Objects.requireNonNull(changes.get(1).after());
                SourceTable described = scene.source.describe(scene.tables).get(0);
                SnapshotReader.Chunk chunk;
                try (SnapshotReader snapshot = scene.source.snapshot()) {
                    chunk = snapshot.read(described, null, null, 10);
                }
                assertThat(logged.table()).isEqualTo(described);
                assertThat(chunk.rows()).hasSize(2);
                check(logged, "log");
                check(chunk.rows().get(0), "snapshot");
                for (int i = 1; i < described.columns().size(); i++) {
                    assertThat(empty.isNull(i))
                            .as(described.columns().get(i).toString())
                            .isTrue();
                    assertThat(chunk.rows().get(1).isNull(i))
                            .as(described.columns().get(i).toString())
                            .isTrue();
                }
            }
        }

        private void check(Row row, String way) {
            expected.forEach((name, value) -> {
                int cell = row.table().indexOf(name);
                Object found = row.value(cell);
                assertThat(plain(found))
                        .as("%s of %s by the %s", name, types.get(name), way)
                        .isEqualTo(plain(value));
            });
        }

        private static @Nullable Object plain(@Nullable Object value) {
            return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value;
        }
    }
}
