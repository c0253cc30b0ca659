package io.tallystick.cli.pipeline;

/** Types of MariaDB and MySQL and those of PostgreSQL that hold every value of theirs. */
final class IntoPostgres {

    private static final String HEX = "encode(%s, 'hex')";

    private IntoPostgres() {}

    static Columns fromMariaDb() {
        return common().add("INT AS (1 + 1) VIRTUAL", "integer")
                .read("CASE WHEN %s = 2 THEN NULL ELSE 'not computed' END")
                .add("UUID", "uuid", "'123e4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000")
                .add("INET4", "inet", "'255.255.255.255'", "255.255.255.255/32", "'0.0.0.0'", "0.0.0.0/32")
                .add("INET6", "text", "'::1'", "::1", "'2001:db8::ff00:42:8329'", "2001:db8::ff00:42:8329")
                .add("VARCHAR(200) COMPRESSED", "varchar(200)", "REPEAT('눌린', 60)", "눌린".repeat(60), "''", "")
                .add("BLOB COMPRESSED", "bytea", "REPEAT(x'00ff', 90)", "00ff".repeat(90))
                .read(HEX);
    }

    static Columns fromMySql() {
        return common().add("VARCHAR(20) CHARACTER SET gb18030", "text", "'汉字㐀'", "汉字㐀");
    }

    private static Columns common() {
        return times(texts(numbers(new Columns())));
    }

    private static Columns numbers(Columns columns) {
        return columns.add("TINYINT", "smallint", "-128", "-128", "127", "127")
                .add("TINYINT UNSIGNED", "smallint", "255", "255", "0", "0")
                .add("SMALLINT UNSIGNED", "integer", "65535", "65535")
                .add("MEDIUMINT", "integer", "-8388608", "-8388608")
                .add("MEDIUMINT UNSIGNED", "integer", "16777215", "16777215")
                .add("INT UNSIGNED", "bigint", "4294967295", "4294967295")
                .add("INT(5) ZEROFILL", "bigint", "42", "42")
                .add("BIGINT", "bigint", "-9223372036854775808", "-9223372036854775808")
                .add("BIGINT UNSIGNED", "numeric(20)", "18446744073709551615", "18446744073709551615", "0", "0")
                .add(
                        "DECIMAL(65,30)",
                        "numeric(65,30)",
                        "99999999999999999999999999999999999.999999999999999999999999999999",
                        "99999999999999999999999999999999999.999999999999999999999999999999",
                        "-0.000000000000000000000000000001",
                        "-0.000000000000000000000000000001")
                .add("DECIMAL(10,0)", "bigint", "9999999999", "9999999999")
                .add("FLOAT", "real", "3.4028234e38", "3.4028235e+38", "0.1", "0.1", "-1.1754944e-38", "-1.1754944e-38")
                .add(
                        "DOUBLE",
                        "double precision",
                        "1.7976931348623157e308",
                        "1.7976931348623157e+308",
                        "0.1e0",
                        "0.1",
                        "-2.2250738585072014e-308",
                        "-2.2250738585072014e-308")
                .add("BIT(1)", "boolean", "b'1'", "true", "b'0'", "false")
                .add("BIT(9)", "integer", "b'100000001'", "257")
                .add("BIT(64)", "bit(64)", "~0", "1".repeat(64), "5", "0".repeat(61) + "101")
                .add("BOOLEAN", "boolean", "TRUE", "true", "FALSE", "false")
                .add("YEAR", "smallint", "1901", "1901", "2155", "2155", "0", "0");
    }

    private static Columns texts(Columns columns) {
        return columns.add("CHAR(10)", "varchar(10)", "'한글😀'", "한글😀", "'a b'", "a b")
                .add(
                        "VARCHAR(60)",
                        "varchar(60)",
                        "'it''s \"quoted\" \\\\ back\\nline\\ttab'",
                        "it's \"quoted\" \\ back\nline\ttab",
                        "''",
                        "",
                        "' blanks  '",
                        " blanks  ")
                .add("VARCHAR(20) CHARACTER SET latin1", "text", "'é€ß'", "é€ß")
                .add("VARCHAR(20) CHARACTER SET euckr", "text", "'가힣뷁'", "가힣뷁")
                .add("VARCHAR(20) CHARACTER SET cp932", "text", "'①髙'", "①髙")
                .add("VARCHAR(20) CHARACTER SET utf16", "text", "'글😀'", "글😀")
                .add("TEXT CHARACTER SET ucs2", "text", "'글'", "글")
                .add("LONGTEXT", "text", "REPEAT('한😀', 20000)", "140000 한😀")
                .read("octet_length(%1$s) || ' ' || right(%1$s, 2)")
                .add("TINYTEXT", "text", "''", "")
                .add("BINARY(4)", "bytea", "x'00ff0000'", "00ff0000", "x'ff'", "ff000000")
                .read(HEX)
                .add("VARBINARY(10)", "bytea", "x''", "", "x'00'", "00", "x'2720'", "2720")
                .read(HEX)
                .add(
                        "BINARY(16)",
                        "uuid",
                        "x'123e4567e89b12d3a456426655440000'",
                        "123e4567-e89b-12d3-a456-426655440000")
                .add("LONGBLOB", "bytea", "REPEAT(x'00ff27', 30000)", "90000 27")
                .read("length(%1$s) || ' ' || encode(substr(%1$s, 90000), 'hex')")
                .add(
                        "JSON",
                        "jsonb",
                        "'{\"b\": 1.50, \"a\": [1, null, true, \"한글😀\"]}'",
                        "{\"a\": [1, null, true, \"한글😀\"], \"b\": 1.5}",
                        "'null'",
                        "null",
                        "'\"text\"'",
                        "\"text\"")
                .read("replace(%s::text, '1.50', '1.5')")
                .add("JSON", "text", "'[1, \"한\"]'", "[1, \"한\"]")
                .add("ENUM('a','it''s','한글')", "text", "'it''s'", "it's", "'한글'", "한글")
                .add("ENUM('a','it''s','한글')", "mood", "'it''s'", "it's", "3", "한글")
                .add("SET('x','y','z')", "text", "'z,x'", "x,z", "''", "")
                .add("SET('x','y z','q\"')", "text[]", "'q\",y z'", "{\"y z\",\"q\\\"\"}", "''", "{}");
    }

    private static Columns times(Columns columns) {
        return columns.add("DATE", "date", "'9999-12-31'", "9999-12-31", "'1000-01-01'", "1000-01-01")
                .add(
                        "TIME(6)",
                        "interval",
                        "'838:59:59.000000'",
                        "838:59:59",
                        "'-838:59:59.000000'",
                        "-838:59:59",
                        "'-00:00:00.000001'",
                        "-00:00:00.000001")
                .add("TIME(3)", "time(3)", "'23:59:59.999'", "23:59:59.999", "'00:00:00'", "00:00:00")
                .add(
                        "DATETIME(6)",
                        "timestamp(6)",
                        "'9999-12-31 23:59:59.999999'",
                        "9999-12-31 23:59:59.999999",
                        "'1000-01-01 00:00:00'",
                        "1000-01-01 00:00:00")
                .add("DATETIME", "timestamp", "'2024-02-29 23:59:59'", "2024-02-29 23:59:59")
                .add("DATETIME(2)", "text", "'2024-02-29 23:59:59.5'", "2024-02-29 23:59:59.5")
                .add(
                        "TIMESTAMP(6) NULL",
                        "timestamptz(6)",
                        "'2038-01-19 03:14:07.999999'",
                        "2038-01-19 03:14:07.999999+00",
                        "'1970-01-01 00:00:01'",
                        "1970-01-01 00:00:01+00")
                .add("TIMESTAMP NULL", "timestamp", "'2024-03-31 02:30:00'", "2024-03-31 02:30:00");
    }
}
