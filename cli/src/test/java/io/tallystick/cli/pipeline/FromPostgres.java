package io.tallystick.cli.pipeline;

/** Types of PostgreSQL and those of MariaDB and MySQL that hold their values, or their words. */
final class FromPostgres {

    private static final String HEX = "LOWER(HEX(%s))";
    private static final String NUMBER = "CAST(CAST(%s AS UNSIGNED) AS CHAR)";
    /** A cast to text would keep 22 characters. */
    private static final String DOUBLE = "%s + 0e0";

    private FromPostgres() {}

    static Columns intoMariaDb() {
        return common().add(
                        "uuid",
                        "uuid",
                        "'123e4567-e89b-12d3-a456-426655440000'",
                        "123e4567-e89b-12d3-a456-426655440000")
                .add("json", "json", "'{\"b\":1,  \"a\":2}'", "{\"b\":1,  \"a\":2}");
    }

    static Columns intoMySql() {
        return common().add("json", "json", "'{\"b\":1,  \"a\":2}'", "{\"a\": 2, \"b\": 1}");
    }

    private static Columns common() {
        return others(times(texts(numbers(new Columns()))));
    }

    private static Columns numbers(Columns columns) {
        return columns.add("smallint", "smallint", "-32768", "-32768", "32767", "32767")
                .add("integer", "int", "-2147483648", "-2147483648")
                .add("bigint", "bigint", "-9223372036854775808", "-9223372036854775808")
                .add("bigint", "decimal(20)", "9223372036854775807", "9223372036854775807")
                .add("oid", "bigint", "4294967295", "4294967295")
                .add(
                        "numeric(65,30)",
                        "decimal(65,30)",
                        "99999999999999999999999999999999999.999999999999999999999999999999",
                        "99999999999999999999999999999999999.999999999999999999999999999999",
                        "-0.000000000000000000000000000001",
                        "-0.000000000000000000000000000001")
                .add(
                        "numeric",
                        "varchar(100)",
                        "'NaN'",
                        "NaN",
                        "'-Infinity'",
                        "-infinity",
                        "1e-20",
                        "0.00000000000000000001")
                .add(
                        "real",
                        "float",
                        "3.4028235e38",
                        "3.4028234663852886e38",
                        "-1.1754944e-38",
                        "-1.1754943508222875e-38")
                .read(DOUBLE)
                .add(
                        "double precision",
                        "double",
                        "1.7976931348623157e308",
                        "1.7976931348623157e308",
                        "-2.2250738585072014e-308",
                        "-2.2250738585072014e-308",
                        "0.1",
                        "0.1")
                .read(DOUBLE)
                .add(
                        "double precision",
                        "varchar(30)",
                        "'NaN'",
                        "NaN",
                        "'Infinity'",
                        "infinity",
                        "'-Infinity'",
                        "-infinity")
                .add("boolean", "boolean", "true", "1", "false", "0")
                .add("boolean", "bit(1)", "true", "1", "false", "0")
                .read(NUMBER);
    }

    private static Columns texts(Columns columns) {
        return columns.add("text", "longtext", "repeat('한😀', 20000)", "140000 한😀", "''", "0 ")
                .read("CONCAT(LENGTH(%1$s), ' ', RIGHT(%1$s, 2))")
                .add(
                        "varchar(60)",
                        "varchar(60)",
                        "E'it''s \"quoted\" \\\\ back\\nline\\ttab'",
                        "it's \"quoted\" \\ back\nline\ttab",
                        "' blanks  '",
                        " blanks  ")
                .add("char(10)", "char(10)", "'ab'", "ab", "'한글😀'", "한글😀")
                .add("bytea", "longblob", "'\\x00ff2700'", "00ff2700", "''", "")
                .read(HEX)
                .add("bytea", "varbinary(10)", "'\\x00'", "00")
                .read(HEX)
                .add(
                        "uuid",
                        "char(36)",
                        "'123e4567-e89b-12d3-a456-426655440000'",
                        "123e4567-e89b-12d3-a456-426655440000")
                .add("uuid", "binary(16)", "'123e4567-e89b-12d3-a456-426655440000'", "123e4567e89b12d3a456426655440000")
                .read(HEX)
                .add("short", "varchar(20)", "'영역😀'", "영역😀")
                .add("name", "varchar(64)", "'pg'", "pg")
                .add("\"char\"", "varchar(1)", "'x'", "x");
    }

    private static Columns times(Columns columns) {
        return columns.add("date", "date", "'9999-12-31'", "9999-12-31", "'0001-01-01'", "0001-01-01")
                .add(
                        "date",
                        "varchar(30)",
                        "'0044-03-15 BC'",
                        "-0043-03-15",
                        "'infinity'",
                        "infinity",
                        "'5874897-12-31'",
                        "+5874897-12-31")
                .add("time", "time(6)", "'23:59:59.999999'", "23:59:59.999999", "'24:00:00'", "24:00:00.000000")
                .add("timetz", "varchar(30)", "'12:34:56.789+09'", "12:34:56.789+09")
                .add(
                        "timestamp",
                        "datetime(6)",
                        "'9999-12-31 23:59:59.999999'",
                        "9999-12-31 23:59:59.999999",
                        "'0001-01-01 00:00:00'",
                        "0001-01-01 00:00:00.000000")
                .add(
                        "timestamp",
                        "varchar(40)",
                        "'0044-03-15 01:02:03.5 BC'",
                        "-0043-03-15 01:02:03.5",
                        "'-infinity'",
                        "-infinity",
                        "'12345-01-02 03:04:05'",
                        "+12345-01-02 03:04:05",
                        "'2024-01-02 03:04:05'",
                        "2024-01-02 03:04:05")
                .add("timestamptz", "datetime(6)", "'2024-06-01 12:00:00.000001+09'", "2024-06-01 03:00:00.000001")
                .add(
                        "timestamptz",
                        "timestamp(6) NULL",
                        "'2024-06-01 12:00:00.000001+09'",
                        "2024-06-01 03:00:00.000001")
                .add(
                        "timestamptz",
                        "varchar(40)",
                        "'2024-06-01 12:00:00.5+09'",
                        "2024-06-01T03:00:00.500Z",
                        "'0044-03-15 01:02:03+00 BC'",
                        "-0043-03-15T01:02:03Z")
                .add(
                        "interval",
                        "varchar(100)",
                        "'1 year 2 mons -3 days 04:05:06.789'",
                        "P1Y2M-3DT4H5M6.789S",
                        "'-00:00:00.000001'",
                        "PT-0.000001S");
    }

    private static Columns others(Columns columns) {
        return columns.add(
                        "jsonb",
                        "json",
                        "'{\"a\": [1, null, true, \"한글😀\"]}'",
                        "{\"a\": [1, null, true, \"한글😀\"]}",
                        "'null'",
                        "null")
                .add("mood", "enum('a','it''s','한글')", "'it''s'", "it's", "'한글'", "한글")
                .add("mood", "varchar(20)", "'한글'", "한글")
                .add("bit(8)", "bit(8)", "B'10000001'", "129", "B'00000000'", "0")
                .read(NUMBER)
                .add("varbit", "varchar(64)", "B'00101'", "00101", "B''", "")
                .add(
                        "text[]",
                        "longtext",
                        "ARRAY['a', 'b c', NULL, 'q\"q', '한글😀', '']",
                        "{a,\"b c\",NULL,\"q\\\"q\",한글😀,\"\"}",
                        "'{}'",
                        "{}")
                .add("int[][]", "varchar(100)", "'{{1,2},{3,4}}'", "{{1,2},{3,4}}", "'[2:3]={1,2}'", "[2:3]={1,2}")
                .add("bytea[]", "longtext", "ARRAY['\\x00ff'::bytea]", "{\"\\\\x00ff\"}")
                .add("inet", "varchar(50)", "'192.168.0.1/24'", "192.168.0.1/24", "'::1'", "::1")
                .add(
                        "inet",
                        "varchar(50)",
                        "'2001:db8:0:0:1:0:0:1/64'",
                        "2001:db8::1:0:0:1/64",
                        "'::ffff:1.2.3.4'",
                        "::ffff:1.2.3.4",
                        "'::'",
                        "::",
                        "'1:2:3:4:5:6:7:0'",
                        "1:2:3:4:5:6:7:0")
                .add("macaddr", "varchar(20)", "'08:00:2b:01:02:03'", "08:00:2b:01:02:03")
                .add("int4range", "varchar(30)", "'(0,10]'", "[1,11)", "'empty'", "empty")
                .add("tstzrange", "varchar(100)", "'[2024-01-01 00:00:00+00,)'", "[\"2024-01-01 00:00:00+00\",)")
                .add("point", "varchar(30)", "'(1.5,-2)'", "(1.5,-2)")
                .add("tsvector", "longtext", "'''b'':2A ''a'':1'", "'a':1 'b':2A")
                .add("pair", "longtext", "ROW(1, 'a b')", "(1,\"a b\")");
    }
}
