package io.tallystick.cli.pipeline;

/** Types that MySQL and MariaDB share, or nearly. */
final class AmongCousins {

    private static final String HEX = "LOWER(HEX(%s))";

    private AmongCousins() {}

    static Columns columns() {
        return times(texts(numbers(new Columns())));
    }

    private static Columns same(Columns columns, String type, String... pairs) {
        return columns.add(type, type, pairs);
    }

    private static Columns numbers(Columns columns) {
        same(columns, "TINYINT UNSIGNED", "255", "255");
        same(columns, "MEDIUMINT", "-8388608", "-8388608");
        same(columns, "INT UNSIGNED", "4294967295", "4294967295");
        same(columns, "BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615");
        same(
                columns,
                "DECIMAL(65,30)",
                "-99999999999999999999999999999999999.999999999999999999999999999999",
                "-99999999999999999999999999999999999.999999999999999999999999999999");
        same(columns, "FLOAT", "3.4028234e38", "3.4028234663852886e38", "0.1", "0.10000000149011612")
                .read("CAST(CAST(%s AS DOUBLE) AS CHAR)");
        same(columns, "DOUBLE", "1.7976931348623157e308", "1.7976931348623157e308", "0.1", "0.1")
                .read("CAST(%s AS CHAR)");
        same(columns, "BIT(64)", "~0", "ffffffffffffffff", "5", "5").read(HEX);
        return same(columns, "YEAR", "1901", "1901", "2155", "2155", "0", "0000");
    }

    private static Columns texts(Columns columns) {
        same(columns, "CHAR(10)", "'한글😀'", "한글😀");
        same(columns, "VARCHAR(60)", "'it''s \\\\ back'", "it's \\ back", "' blanks  '", " blanks  ");
        same(columns, "VARCHAR(20) CHARACTER SET euckr", "'가힣뷁'", "가힣뷁");
        same(columns, "LONGTEXT", "REPEAT('한😀', 20000)", "140000").read("CAST(LENGTH(%s) AS CHAR)");
        same(columns, "BINARY(4)", "x'00ff0000'", "00ff0000").read(HEX);
        same(columns, "VARBINARY(10)", "x''", "", "x'00'", "00").read(HEX);
        same(columns, "LONGBLOB", "REPEAT(x'00ff27', 3)", "00ff27".repeat(3)).read(HEX);
        same(columns, "JSON", "'{\"b\": 1.5, \"a\": [1, null, \"한😀\"]}'", "{\"a\": [1, null, \"한😀\"], \"b\": 1.5}");
        same(columns, "ENUM('a','it''s','한글')", "'it''s'", "it's", "3", "한글");
        return same(columns, "SET('x','y','z')", "'z,x'", "x,z", "''", "");
    }

    private static Columns times(Columns columns) {
        same(columns, "DATE", "'9999-12-31'", "9999-12-31");
        same(
                columns,
                "TIME(6)",
                "'838:59:59.000000'",
                "838:59:59.000000",
                "'-838:59:59.000000'",
                "-838:59:59.000000",
                "'-00:00:00.000001'",
                "-00:00:00.000001");
        same(columns, "DATETIME(6)", "'9999-12-31 23:59:59.999999'", "9999-12-31 23:59:59.999999");
        same(columns, "TIMESTAMP(6) NULL", "'2038-01-19 03:14:07.999999'", "2038-01-19 03:14:07.999999");
        return same(columns, "TIMESTAMP NULL", "'1970-01-01 00:00:01'", "1970-01-01 00:00:01");
    }
}
