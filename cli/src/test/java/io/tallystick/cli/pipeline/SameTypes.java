package io.tallystick.cli.pipeline;

import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Types of one product with the values at the ends of their ranges, and how the database is asked for their text. */
final class SameTypes {

    private static final int COLUMNS_OF_A_TABLE = 30;

    /** Types of one's own, whose numbers differ from database to database. */
    static final String[] POSTGRESQL_TYPES = {
        "CREATE TYPE mood AS ENUM ('happy', 'so so', '슬픔', 'it''s')",
        "CREATE DOMAIN price AS numeric(10,2) CHECK (VALUE >= 0)",
        "CREATE DOMAIN prices AS price[]",
        "CREATE TYPE address AS (street text, number int, mood mood, paid price)",
        "CREATE TYPE nested AS (inside address, many address[], doc jsonb)",
        "CREATE DOMAIN home AS address",
        "CREATE TYPE pricerange AS RANGE (subtype = numeric)",
        "CREATE TYPE moodrange AS RANGE (subtype = mood)",
        "CREATE TABLE known (n int)",
        "CREATE FUNCTION doubled(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1'",
        "CREATE EXTENSION hstore",
        "CREATE EXTENSION ltree",
        "CREATE EXTENSION citext",
        "CREATE EXTENSION isn",
        "CREATE EXTENSION cube",
        "CREATE EXTENSION seg",
        "CREATE EXTENSION intarray"
    };

    private final String text;
    private final List<String> before;
    private final List<Column> columns = new ArrayList<>();

    private SameTypes(String text, String... before) {
        this.text = text;
        this.before = List.of(before);
    }

    private record Column(String type, String text, List<String> literals) {}

    private SameTypes add(String type, String... literals) {
        columns.add(new Column(type, text, List.of(literals)));
        return this;
    }

    /** How the last one is asked for. */
    private SameTypes as(String expression) {
        Column last = columns.remove(columns.size() - 1);
        columns.add(new Column(last.type, expression, last.literals));
        return this;
    }

    List<String> before() {
        return before;
    }

    int rows() {
        return columns.stream().mapToInt(column -> column.literals.size()).max().orElse(0);
    }

    /** A row of a MariaDB or MySQL table has room for only so much. */
    List<String> tables() {
        List<String> tables = new ArrayList<>();
        for (int i = 0; i < columns.size(); i += COLUMNS_OF_A_TABLE) {
            tables.add("types_" + i);
        }
        return tables;
    }

    private static int first(String table) {
        return Integer.parseInt(table.substring("types_".length()));
    }

    private int end(String table) {
        return Math.min(columns.size(), first(table) + COLUMNS_OF_A_TABLE);
    }

    List<String> create() {
        return tables().stream()
                .map(table -> {
                    StringBuilder sql = new StringBuilder("CREATE TABLE " + table + " (id INT PRIMARY KEY");
                    for (int i = first(table); i < end(table); i++) {
                        sql.append(", c").append(i).append(' ').append(columns.get(i).type);
                    }
                    return sql.append(')').toString();
                })
                .toList();
    }

    /** One row of each table; behind the last literal of a column comes NULL. */
    List<String> insert(int id, int row) {
        return tables().stream()
                .map(table -> {
                    List<String> names = new ArrayList<>(List.of("id"));
                    List<String> cells = new ArrayList<>(List.of("" + id));
                    for (int i = first(table); i < end(table); i++) {
                        if (!columns.get(i).literals.isEmpty()) {
                            names.add("c" + i);
                            cells.add(literal(i, row));
                        }
                    }
                    return "INSERT INTO " + table + " (" + String.join(", ", names) + ") VALUES ("
                            + String.join(", ", cells) + ")";
                })
                .toList();
    }

    List<String> update(int id, int row) {
        return tables().stream()
                .map(table -> {
                    List<String> cells = new ArrayList<>();
                    for (int i = first(table); i < end(table); i++) {
                        if (!columns.get(i).literals.isEmpty()) {
                            cells.add("c" + i + " = " + literal(i, row));
                        }
                    }
                    return "UPDATE " + table + " SET " + String.join(", ", cells) + " WHERE id = " + id;
                })
                .toList();
    }

    private String literal(int column, int row) {
        List<String> literals = columns.get(column).literals;
        return row < literals.size() ? literals.get(row) : "NULL";
    }

    /** Cells whose text is not the same on both sides. */
    List<String> differences(TestDatabase source, TestDatabase target) throws SQLException {
        List<String> wrong = new ArrayList<>();
        for (String table : tables()) {
            List<String> asked = new ArrayList<>(List.of("id"));
            for (int i = first(table); i < end(table); i++) {
                asked.add(columns.get(i).text.formatted("c" + i));
            }
            String sql = "SELECT " + String.join(", ", asked) + " FROM " + table + " ORDER BY id";
            List<List<String>> here = Pipe.cells(source, sql);
            List<List<String>> there = Pipe.cells(target, sql);
            if (here.size() != there.size()) {
                wrong.add(table + " has " + here.size() + " rows, " + there.size() + " arrived");
                continue;
            }
            for (int row = 0; row < here.size(); row++) {
                for (int i = 0; i < asked.size(); i++) {
                    String one = String.valueOf(here.get(row).get(i));
                    String other = String.valueOf(there.get(row).get(i));
                    if (!one.equals(other)) {
                        wrong.add("row " + here.get(row).get(0) + ", " + columns.get(first(table) + i - 1).type
                                + ": is " + one + ", arrived as " + other);
                    }
                }
            }
        }
        return wrong;
    }

    static SameTypes postgresql() {
        SameTypes all = new SameTypes("%s::text");
        all.add("smallint", "-32768", "32767").add("integer", "-2147483648", "2147483647");
        all.add("bigint", "-9223372036854775808", "9223372036854775807");

        all.add("numeric", "'NaN'", "'Infinity'", "'-Infinity'", "0", "0.0000", "1e130", "-0.00000001");
        all.add("numeric", "repeat('9', 131072)::numeric", "('0.' || repeat('1', 16383))::numeric", "10000", "0.0001");
        all.add("numeric(10,-2)", "1234500").add("numeric(3,5)", "0.00999").add("numeric(1000,500)", "1e499");
        all.add("real", "'NaN'", "'-Infinity'", "1.4e-45", "3.4028235e38", "'-0'", "0.1");
        all.add("double precision", "'NaN'", "'Infinity'", "4.9e-324", "1.7976931348623157e308", "'-0'", "0.1");
        all.add("money", "'-92233720368547758.08'", "'92233720368547758.07'", "0");
        all.add("varchar", "E'\\t\\n\\r\\\\ \"it''s\" 계좌 😀 \\u0001'", "''", "'NULL'", "'\\N'");
        all.add("varchar(5)", "'한글😀  '", "'a    '")
                .add("char(8)", "'ab'", "'  한'", "''")
                .add("char", "'x'");
        all.add("text", "repeat('글x', 100000)", "''", "' '").add("\"char\"", "'x'", "''", "'\\200'");
        all.add("name", "'a name'", "repeat('n', 63)").add("bytea", "'\\x00ff10'", "''", "'\\x5c78'");
        all.add("timestamp", "'infinity'", "'-infinity'", "'4713-01-01 00:00 BC'", "'294276-12-31 23:59:59.999999'");
        all.add("timestamp(3)", "'2026-11-22 12:34:56.7896'").add("timestamp(0)", "'1999-12-31 23:59:59.5'");
        all.add("timestamptz", "'infinity'", "'-infinity'", "'4713-01-01 00:00 BC'", "'2026-11-22 12:34:56+09'");
        all.add("date", "'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'", "'2024-02-29'");
        all.add("time", "'24:00'", "'00:00'", "'23:59:59.999999'").add("time(2)", "'12:00:00.129'");
        all.add("timetz", "'24:00-15:59:59'", "'00:00+15:59:59'", "'12:34:56.5-03:30'");
        all.add("interval", "'infinity'", "'-infinity'", "'178000000 years'", "'-178000000 years'", "'0'");
        all.add("interval", "'1 year -2 mons 3 days -04:05:06.7'", "'2562047788:00:54.775807'", "'-0.000001 s'");
        all.add("interval year to month", "'1-2'").add("interval second(3)", "'1.2345'");
        all.add("boolean", "true", "false").add("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'");
        all.add("point", "'(1.5,-2)'", "'(Infinity,NaN)'")
                .add("line", "'{1,2,3}'")
                .add("lseg", "'[(0,0),(1,1)]'");
        all.add("box", "'(3,4),(1,2)'").add("path", "'[(0,0),(1,1),(2,0)]'", "'((0,0),(1,1))'");
        all.add("polygon", "'((0,0),(1,1),(2,0))'").add("circle", "'<(1,2),3>'");
        all.add("inet", "'10.1.2.3'", "'10.1.2.3/8'", "'2001:db8::1'", "'::ffff:1.2.3.4/100'", "'0.0.0.0/0'");
        all.add("cidr", "'10.0.0.0/8'", "'2001:db8::/32'").add("macaddr", "'08:00:2b:01:02:03'");
        all.add("macaddr8", "'08:00:2b:01:02:03:04:05'")
                .add("bit(10)", "B'1010101011'")
                .add("bit(1)", "B'1'");
        all.add("varbit", "B''", "B'101'", "repeat('10', 5000)::varbit").add("bit varying(5)", "B'10110'");
        all.add("tsvector", "'''a'':1A,3 ''it''''s'':2B ''plain'' ''w'':16383'", "''");
        all.add("tsquery", "'''fat'' & ( ''rat'' | !''cat'':*AB ) <-> ''dog'' <3> ''x'''", "''");
        // the output function leaves the usual declaration out, for everybody who reads it
        all.add("xml", "'<a>1</a>'", "'<?xml version=\"1.0\"?><a b=\"한\">&lt;</a>'", "'text only'", "''")
                .as("%s");
        all.add("json", "'{\"a\":  1.50, \"a\": 2}'", "' [1 , \"\\u0000\"] '", "'null'");
        all.add("jsonb", "'{\"a\": [1.50, null, 1e400], \"b\": \"\\ud83d\\ude00\"}'", "'null'", "'\"\"'");
        all.add("jsonpath", "'$.\"a\"[*] ? (@ > 1)'", "'strict $.a.size()'");
        arrays(all);
        ranges(all);
        numbers(all);
        ofOnesOwn(all);
        all.add("int GENERATED ALWAYS AS (1 + 1) STORED").add("text GENERATED ALWAYS AS ('v') VIRTUAL");
        all.add("text COLLATE \"C\"", "'é'").add("text DEFAULT 'd'");
        return all;
    }

    private static void arrays(SameTypes all) {
        all.add("integer[]", "'{1,NULL,3}'", "'{}'", "'[0:1]={1,2}'", "'{{1,2},{3,4}}'", "'[-1:0][3:4]={{1,2},{3,4}}'");
        all.add("text[]", "'{{a,\"b c\"},{\"NULL\",\"q\\\"\\\\\"}}'", "'{\"\",NULL,\"{}\",\" \"}'", "'{한,😀}'");
        all.add("bool[]", "'{t,f,NULL}'")
                .add("bytea[]", "ARRAY['\\x00ff'::bytea, '']")
                .add("numeric[]", "'{NaN,1.50}'");
        all.add("timestamptz[]", "'{\"2026-01-01 00:00:00+00\",infinity}'").add("date[]", "'{infinity,0044-03-15 BC}'");
        all.add("box[]", "'{(1,1),(0,0);(2,2),(1,1)}'").add("uuid[]", "'{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}'");
        all.add("jsonb[]", "ARRAY['{\"a\": \"b,c\"}'::jsonb, 'null']").add("interval[]", "'{1 day,-1 mon}'");
        all.add("varchar(3)[]", "'{abc,d}'")
                .add("char(3)[]", "'{a}'")
                .add("bit(3)[]", "'{101}'")
                .add("inet[]", "'{::1/64}'");
        all.add("xml[]", "'{<a/>}'").add("int4range[]", "'{\"[1,3)\",empty}'").add("point[]", "'{\"(1,2)\"}'");
        all.add("money[]", "'{$1.00,NULL}'")
                .add("name[]", "'{a,b}'")
                .add("tsvector[]", "'{\"''a'':1\"}'")
                .add("time[]", "'{24:00}'");
    }

    private static void ranges(SameTypes all) {
        all.add("int4range", "'[1,10)'", "'empty'", "'(,)'").add("int8range", "'[-9223372036854775808,)'");
        all.add("numrange", "'(,5.5]'", "'[NaN,NaN]'", "'(1.0,1.10)'").add("tsrange", "'[\"2026-01-01 00:00:00\",)'");
        all.add("tstzrange", "'(-infinity,infinity]'").add("daterange", "'[2026-01-01,infinity)'");
        all.add("int4multirange", "'{[1,3),[5,9)}'", "'{}'").add("int8multirange", "'{(,)}'");
        all.add("nummultirange", "'{[1.50,2)}'").add("tsmultirange", "'{[2026-01-01,2026-01-02]}'");
        all.add("tstzmultirange", "'{(,2026-01-01 00:00+09)}'").add("datemultirange", "'{[2026-01-01,2026-01-05)}'");
    }

    /** What the catalog numbers is told by its name, or it would be another thing over there. */
    private static void numbers(SameTypes all) {
        all.add("oid", "4294967295", "0")
                .add("xid", "'4294967295'")
                .add("xid8", "'18446744073709551615'")
                .add("cid", "'7'");
        all.add("tid", "'(4294967295,7)'").add("pg_lsn", "'16/B374D848'", "'FFFFFFFF/FFFFFFFF'", "'0/0'");
        all.add("pg_snapshot", "'10:20:10,14'")
                .add("txid_snapshot", "'10:20:10,14'")
                .add("int2vector", "'1 2 3'");
        all.add("oidvector", "'4294967295 2'")
                .add("regclass", "'known'", "'pg_class'")
                .add("regtype", "'mood'", "'int'");
        all.add("regproc", "'doubled'").add("regprocedure", "'doubled(int)'").add("regnamespace", "'public'");
        all.add("regrole", "current_user::regrole").add("regoper", "'||/'").add("regoperator", "'+(int,int)'");
        all.add("regconfig", "'simple'").add("regdictionary", "'simple'").add("regcollation", "'\"C\"'");
        all.add("regclass[]", "'{known}'").add("aclitem", "makeaclitem(10, 10, 'SELECT', true)");
    }

    private static void ofOnesOwn(SameTypes all) {
        all.add("mood", "'happy'", "'it''s'", "'슬픔'")
                .add("mood[]", "'{happy,\"so so\"}'")
                .add("price", "'12.50'");
        all.add("prices", "'{1.00,NULL}'").add("price[]", "'{1.00}'");
        all.add("address", "'(\"Main \"\"St\"\"\",7,,1.5)'", "'(,,,)'", "ROW('', 1, 'it''s', 2)::address");
        all.add("address[]", "'{\"(a,1,happy,)\",NULL}'").add("home", "'(a,1,happy,)'");
        all.add(
                "nested",
                "ROW(ROW('a', 1, 'happy', 2)::address, ARRAY[ROW('b', 2, 'so so', 3)::address], '{\"a\": 1}')");
        all.add("pricerange", "'[1.00,2.50)'", "'empty'")
                .add("moodrange", "'[happy,슬픔]'")
                .add("known", "'(7)'");
        all.add("pricemultirange", "'{[1.00,2.50)}'").add("pricerange[]", "'{\"[1,2)\"}'");
        all.add("hstore", "'a=>1, \"b c\"=>NULL, \"q\\\"\"=>\"x,y\"'", "''").add("ltree", "'a.b.c'", "''");
        all.add("ltree[]", "'{a.b,c}'")
                .add("lquery", "'*.a|b{1,2}'")
                .add("citext", "'Grüße'")
                .add("citext[]", "'{A,a}'");
        all.add("isbn", "'978-0-393-04002-9'")
                .add("cube", "'(1,2),(3,4)'")
                .add("seg", "'1.0 .. 2'")
                .add("query_int", "'1&(2|3)'");
    }

    static SameTypes mariadb() {
        SameTypes all = common();
        all.add("UUID", "'01234567-89ab-1def-8123-456789abcd00'", "'00000000-0000-0000-0000-000000000000'");
        all.add("INET4", "'1.2.3.0'", "'255.255.255.255'")
                .add("INET6", "'2001:db8::1:0:0:5'", "'::'", "'::ffff:1.2.3.4'");
        all.add("VARCHAR(3000) COMPRESSED", "REPEAT('한', 500)", "''")
                .add("LONGTEXT COMPRESSED", "REPEAT('abc', 40000)");
        all.add("BLOB COMPRESSED", "x'0102'", "REPEAT(x'00ff', 20000)").as("HEX(%s)");
        all.add("JSON", "'{\"b\":  1.50, \"a\": [12345678901234567890.5, null]}'", "'\"\"'");
        all.add("INT INVISIBLE", "7")
                .add("INT AS (1 + 1) PERSISTENT")
                .add("TIMESTAMP(6) NULL INVISIBLE", "'2024-01-01'");
        all.add("POINT REF_SYSTEM_ID=4326", "ST_GeomFromText('POINT(1 2)', 4326)")
                .as("CONCAT(ST_SRID(%1$s), ST_AsText(%1$s))");
        return all;
    }

    static SameTypes mysql() {
        SameTypes all = common();
        all.add(
                "JSON",
                "'{\"b\":  1.50, \"a\": [18446744073709551615, -1, 1e100, true, null, \"\\\\u0001한😀\"]}'",
                "'null'",
                "JSON_ARRAY(CAST('2024-02-29 01:02:03.5' AS DATETIME(1)), CAST('-01:02:03' AS TIME))",
                "JSON_OBJECT('k', REPEAT('x', 70000))");
        all.add("INT INVISIBLE", "7").add("INT AS (1 + 1) STORED");
        all.add("POINT SRID 4326", "ST_GeomFromText('POINT(1 2)', 4326)").as("CONCAT(ST_SRID(%1$s), ST_AsText(%1$s))");
        return all;
    }

    private static SameTypes common() {
        SameTypes all = new SameTypes("CAST(%s AS CHAR)", "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'");
        all.add("TINYINT", "-128", "127").add("TINYINT UNSIGNED", "255").add("BOOLEAN", "true", "false");
        all.add("SMALLINT", "-32768").add("SMALLINT UNSIGNED ZEROFILL", "7").add("MEDIUMINT", "-8388608");
        all.add("MEDIUMINT UNSIGNED", "16777215")
                .add("INT", "-2147483648")
                .add("INT(5) UNSIGNED ZEROFILL", "4294967295", "7");
        all.add("BIGINT", "-9223372036854775808").add("BIGINT UNSIGNED", "18446744073709551615", "9223372036854775808");
        all.add("DECIMAL(65,30)", "-99999999999999999999999999999999999.999999999999999999999999999999", "0", "-1e-30");
        all.add("DECIMAL(65,0)", "1e64").add("DECIMAL(30,30)", "-1e-30").add("DECIMAL(4,4) UNSIGNED", "0.9999");
        all.add("FLOAT", "3.4028234e38", "-1.17549e-38", "0.1", "16777217").as("CAST(CAST(%s AS DOUBLE) AS CHAR)");
        all.add("FLOAT(7,3)", "1234.567").add("FLOAT UNSIGNED", "0.5").add("DOUBLE(10,3)", "-1234567.891");
        all.add("DOUBLE", "1.7976931348623157e308", "-2.2250738585072014e-308", "0.1", "-0e0", "4.9e-324");
        all.add("BIT(1)", "1", "0")
                .as("HEX(%s)")
                .add("BIT(20)", "b'10000000000000000011'")
                .as("HEX(%s)");
        all.add("BIT(64)", "~0", "0", "1").as("HEX(%s)").add("YEAR", "1901", "2155", "0");
        all.add("DATE", "'9999-12-31'", "'0000-00-00'", "'2024-00-15'", "'2024-02-31'", "'0001-01-01'");
        all.add("TIME", "'-838:59:59'", "'838:59:59'", "'-00:00:01'")
                .add("TIME(6)", "'25:00:00.000001'", "'-00:00:00.000001'");
        all.add("DATETIME", "'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'", "'2024-02-31 01:02:03'");
        all.add("DATETIME(6)", "'1000-01-01 00:00:00.000001'", "'9999-12-31 23:59:59.999999'")
                .add("DATETIME(1)", "'2024-01-01 00:00:00.9'");
        all.add("TIMESTAMP NULL", "'1970-01-02 00:00:01'", "'2038-01-19 03:14:07'", "'0000-00-00 00:00:00'");
        all.add("TIMESTAMP(6) NULL", "'2024-03-31 02:30:00.999999'", "'2024-10-27 02:30:00'");
        texts(all);
        spaces(all);
        return all.add("INT AS (1 + 1) VIRTUAL").add("INT DEFAULT 5").add("VARCHAR(9) DEFAULT (CONCAT('a', 'b'))");
    }

    private static void texts(SameTypes all) {
        all.add("CHAR(5)", "'한글'", "' a'", "''")
                .add("CHAR(0)", "''")
                .add("NCHAR(5)", "'ñ'")
                .add("CHAR(255)", "REPEAT('😀', 255)");
        all.add("VARCHAR(60)", "'it''s \\\\ back\\n\\t\\0'", "' blanks  '", "''")
                .add("VARCHAR(255) CHARACTER SET latin1", "'é€'");
        all.add("VARCHAR(10) CHARACTER SET euckr", "'한글뷁'").add("VARCHAR(10) CHARACTER SET ucs2", "'가b'");
        all.add("VARCHAR(10) CHARACTER SET sjis", "'テスト\\\\'").add("VARCHAR(10) CHARACTER SET utf32", "'가😀'");
        all.add("VARCHAR(10) CHARACTER SET eucjpms", "'①～−髙'").add("VARCHAR(10) CHARACTER SET cp866", "'Пⁿ'");
        all.add("VARCHAR(10) CHARACTER SET ujis", "'―テ'")
                .add("VARCHAR(10) CHARACTER SET big5", "'裏'")
                .add("VARCHAR(10) CHARACTER SET tis620", "'ก'");
        all.add("TINYTEXT", "''", "REPEAT('x', 255)")
                .add("TEXT", "REPEAT('글', 20000)")
                .add("MEDIUMTEXT", "REPEAT('😀', 30000)");
        all.add("LONGTEXT", "'\\0'").add("LONGTEXT CHARACTER SET gbk", "'中⊕'");
        all.add("BINARY(4)", "x'0100'", "x''")
                .as("HEX(%s)")
                .add("VARBINARY(10)", "x'00ff00'", "x''")
                .as("HEX(%s)");
        all.add("TINYBLOB", "x''", "x'5c27'")
                .as("HEX(%s)")
                .add("BLOB", "x'00'")
                .as("HEX(%s)")
                .add("MEDIUMBLOB", "REPEAT(x'ab', 70000)")
                .as("HEX(%s)");
        all.add("LONGBLOB", "x'01'", "x'ff'").as("HEX(%s)");
        all.add("ENUM('a','it''s','b\\\\s','한','')", "4", "3", "'it''s'", "5")
                .add("ENUM('x','é') CHARACTER SET latin1", "2");
        all.add("SET('r','g','it''s','파')", "'파,r'", "''", "'it''s'").add("SET('r','é') CHARACTER SET latin1", "'é'");
    }

    private static void spaces(SameTypes all) {
        String text = "CONCAT(ST_SRID(%1$s), ' ', ST_AsText(%1$s))";
        all.add(
                        "GEOMETRY",
                        "ST_GeomFromText('POINT(1 2)')",
                        "ST_GeomFromText('LINESTRING(0 0,1 1)', 101)".replace(", 101", ""))
                .as(text);
        all.add("POINT", "ST_GeomFromText('POINT(-1.5 1e100)')").as(text);
        all.add("LINESTRING", "ST_GeomFromText('LINESTRING(0 0,1 1,2 0.5)')").as(text);
        all.add("POLYGON", "ST_GeomFromText('POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,2 1,2 2,1 1))')")
                .as(text);
        all.add("MULTIPOINT", "ST_GeomFromText('MULTIPOINT(0 0,1 1)')").as(text);
        all.add("MULTILINESTRING", "ST_GeomFromText('MULTILINESTRING((0 0,1 1),(2 2,3 3))')")
                .as(text);
        all.add("MULTIPOLYGON", "ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))')")
                .as(text);
        all.add("GEOMETRYCOLLECTION", "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')")
                .as(text);
    }
}
