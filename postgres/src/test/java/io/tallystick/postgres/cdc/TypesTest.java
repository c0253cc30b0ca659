package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpecialValue;
import io.tallystick.cdc.ValueKind;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.postgres.type.PgType;
import io.tallystick.postgres.type.TextForm;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every type of PostgreSQL's documentation, chapter 8, in both forms of the log. */
@Databases(Engine.POSTGRESQL)
class TypesTest extends LogScene {

    /** A type and a value of it as PostgreSQL reads it. */
    private static final List<String[]> VALUES = List.of(
            v("smallint", "-32768"),
            v("integer", "2147483647"),
            v("bigint", "-9223372036854775808"),
            v("numeric", "12345678901234567890.00012300"),
            v("numeric", "-0.00000001"),
            v("numeric", "1e130"),
            v("numeric", "9".repeat(131_072)),
            v("numeric", "-1e131071"),
            v("numeric", "0." + "0".repeat(16_382) + "1"),
            v("numeric", "0"),
            v("numeric(10,-2)", "12345"),
            v("numeric", "NaN"),
            v("numeric", "-Infinity"),
            v("real", "1.5e-20"),
            v("double precision", "0.1"),
            v("double precision", "-1e300"),
            v("double precision", "-Infinity"),
            v("money", "-1234.56"),
            v("varchar(20)", "Grüße, 계좌 😀"),
            v("char(8)", "ab"),
            v("text", ""),
            v("\"char\"", "x"),
            v("\"char\"", ""),
            v("\"char\"", "\\200"),
            v("name", "a name"),
            v("bytea", "\\x00ff10"),
            v("timestamp", "2026-11-22 12:34:56.789012"),
            v("timestamp", "4713-01-01 00:00:00 BC"),
            v("timestamp", "294276-12-31 23:59:59.999999"),
            v("timestamp", "infinity"),
            v("timestamptz", "2026-11-22 12:34:56+09"),
            v("timestamptz", "0044-03-15 12:00:00+00 BC"),
            v("timestamptz", "-infinity"),
            v("date", "5874897-12-31"),
            v("date", "0001-12-31 BC"),
            v("date", "-infinity"),
            v("time", "23:59:59.5"),
            v("time", "24:00"),
            v("timetz", "12:34:56.5-03:30"),
            v("interval", "1 year -2 mons 3 days -04:05:06.7"),
            v("interval", "0"),
            v("interval", "-0.5 seconds"),
            v("interval", "infinity"),
            v("boolean", "f"),
            v("point", "(1.5,-2)"),
            v("line", "{1,2,3}"),
            v("lseg", "[(0,0),(1,1)]"),
            v("box", "(3,4),(1,2)"),
            v("path", "[(0,0),(1,1),(2,0)]"),
            v("path", "((0,0),(1,1))"),
            v("polygon", "((0,0),(1,1),(2,0))"),
            v("circle", "<(1,2),3>"),
            v("inet", "10.1.2.3"),
            v("inet", "10.1.2.3/8"),
            v("cidr", "10.0.0.0/8"),
            v("inet", "2001:db8::1"),
            v("macaddr", "08:00:2b:01:02:03"),
            v("macaddr8", "08:00:2b:01:02:03:04:05"),
            v("bit(10)", "1010101011"),
            v("varbit", ""),
            v("varbit", "101"),
            v("tsvector", "'a':1A,3 'it''s':2B 'plain'"),
            v("tsquery", "'fat' & ( 'rat' | !'cat':*AB ) <-> 'dog' <3> 'x'"),
            v("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            v("xml", "<a>1</a>"),
            v("json", "{\"a\":  1.50, \"a\": 2}"),
            v("jsonb", "{\"a\": [1.50, null]}"),
            v("jsonpath", "$.\"a\"[*]?(@ > 1)"),
            v("integer[]", "{1,NULL,3}"),
            v("integer[]", "{}"),
            v("integer[]", "[0:1]={1,2}"),
            v("text[]", "{{a,\"b c\"},{\"NULL\",\"q\\\"\\\\\"}}"),
            v("timestamptz[]", "{\"2026-01-01 00:00:00+00\",infinity}"),
            v("box[]", "{(1,1),(0,0);(2,2),(1,1)}"),
            v("int4range", "[1,10)"),
            v("int8range", "empty"),
            v("numrange", "(,5.5]"),
            v("tsrange", "[\"2026-01-01 00:00:00\",)"),
            v("daterange", "[2026-01-01,infinity)"),
            v("int4multirange", "{[1,3),[5,9)}"),
            v("pg_lsn", "16/B374D848"),
            v("oid", "4294967295"),
            v("xid8", "18446744073709551615"),
            v("tid", "(42,7)"),
            v("pg_snapshot", "10:20:10,14"),
            v("int2vector", "1 2 3"),
            v("oidvector", "4294967295 2"),
            v("mood", "happy"),
            v("mood[]", "{happy,\"so so\"}"),
            v("price", "12.50"),
            v("address", "(\"Main \"\"St\"\"\",7,)"),
            v("address[]", "{\"(a,1,happy)\"}"),
            v("pricerange", "[1.00,2.50)"));

    TypesTest(TestDatabase db) {
        super(db);
    }

    private static String[] v(String type, String value) {
        return new String[] {type, value};
    }

    private void createTypes() {
        db.execute(
                "DROP TABLE IF EXISTS everything, compared",
                "DROP TYPE IF EXISTS pricerange, address, mood CASCADE",
                "DROP DOMAIN IF EXISTS price",
                "CREATE TYPE mood AS ENUM ('happy', 'so so')",
                "CREATE DOMAIN price AS numeric(10,2) CHECK (VALUE >= 0)",
                "CREATE TYPE address AS (street text, number int, mood mood)",
                "CREATE TYPE pricerange AS RANGE (subtype = numeric)");
    }

    private void createTable() {
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < VALUES.size(); i++) {
            columns.append(", c").append(i).append(' ').append(VALUES.get(i)[0]);
        }
        db.execute("CREATE TABLE everything (id int PRIMARY KEY" + columns + ")");
    }

    private static String insert(int id) {
        return "INSERT INTO everything VALUES (" + id + ", "
                + VALUES.stream().map(v -> Sql.text(v[1])).collect(Collectors.joining(", ")) + ")";
    }

    @Test
    void every_value_reads_back_as_the_same_from_the_log_and_from_the_snapshot() throws SQLException {
        createTypes();
        createTable();
        ChangeStream stream = stream("everything");
        db.execute(insert(1));
        Row row = only(stream).after();
        assertSameAsInDatabase(row, false);
        SnapshotReader.Chunk chunk = track(source().snapshot()).read(row.table(), null, null, 10);
        assertThat(chunk.rows()).hasSize(1);
        assertSameBytes(row, chunk.rows().get(0));
    }

    @Test
    void with_a_type_of_unknown_binary_form_the_log_is_text_and_every_value_still_reads_back() throws SQLException {
        createTypes();
        createTable();
        // aclitem has no binary form at all, pg_node_tree none that anybody reads
        db.execute("ALTER TABLE everything ADD COLUMN rights aclitem[], ADD COLUMN kind regclass");
        ChangeStream stream = stream("everything");
        db.execute(insert(1), "UPDATE everything SET rights = '{tally=r/tally}', kind = 'everything'");
        Row row = only(stream).after();
        assertThat(row.isText(1)).isTrue();
        assertSameAsInDatabase(row, true);
        Row updated = only(stream).after();
        assertThat(updated.value(VALUES.size() + 1)).isEqualTo("{tally=r/tally}");
        assertThat(updated.value(VALUES.size() + 2))
                .as("its number would be another table elsewhere")
                .isEqualTo("everything");
        Row copied = track(source().snapshot())
                .read(row.table(), null, null, 10)
                .rows()
                .get(0);
        assertThat(copied.value(VALUES.size() + 1)).isEqualTo("{tally=r/tally}");
        assertSameAsInDatabase(copied, false);
    }

    /** The database itself compares what our value says with what it stored. */
    private void assertSameAsInDatabase(Row row, boolean text) throws SQLException {
        List<String> wrong = new ArrayList<>();
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET intervalstyle = iso_8601; SET timezone = 'UTC'");
            for (int i = 0; i < VALUES.size(); i++) {
                SourceColumn column = row.table().columns().get(i + 1);
                assertThat(row.isText(i + 1)).isEqualTo(text);
                String said = column.type().declared().equals("money")
                        ? row.value(i + 1).toString()
                        : TextForm.of(row.value(i + 1));
                String sql = "SELECT (" + Sql.text(said) + "::" + cast(column) + ")::text, c" + i
                        + "::text FROM everything WHERE id = 1";
                try (ResultSet rows = statement.executeQuery(sql)) {
                    rows.next();
                    if (!String.valueOf(rows.getString(1)).equals(rows.getString(2))) {
                        wrong.add(column.type().declared() + ": said " + said + ", is " + rows.getString(2));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String cast(SourceColumn column) {
        return column.type().declared();
    }

    private static void assertSameBytes(Row row, Row copied) {
        for (int i = 0; i < row.size(); i++) {
            assertThat(bytes(copied, i))
                    .as(row.table().columns().get(i).type().declared())
                    .isEqualTo(bytes(row, i));
        }
    }

    private static byte[] bytes(Row row, int cell) {
        return Arrays.copyOfRange(row.bytes(), row.offset(cell), row.offset(cell) + row.length(cell));
    }

    @Test
    void values_have_the_java_type_of_their_kind() {
        createTypes();
        createTable();
        ChangeStream stream = stream("everything");
        db.execute(insert(1));
        Row row = only(stream).after();
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            ValueKind kind = row.table().columns().get(i).type().kind();
            Object value = row.value(i);
            if (!(value instanceof SpecialValue) && !javaType(kind).isInstance(value)) {
                wrong.add(kind + " " + value.getClass());
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(value(row, "numeric", 0)).isEqualTo(new BigDecimal("12345678901234567890.00012300"));
        assertThat(value(row, "numeric", 7)).isEqualTo(SpecialValue.NOT_A_NUMBER);
        assertThat(value(row, "date", 1)).isEqualTo(LocalDate.of(0, 12, 31));
        assertThat(value(row, "timestamp without time zone", 0))
                .isEqualTo(LocalDateTime.parse("2026-11-22T12:34:56.789012"));
        assertThat(value(row, "timestamp with time zone", 0)).isEqualTo(Instant.parse("2026-11-22T03:34:56Z"));
        assertThat(value(row, "time without time zone", 1)).isEqualTo(Duration.ofDays(1));
        assertThat(value(row, "interval", 0)).isEqualTo("P10M3DT-4H-5M-6.7S");
        assertThat(value(row, "bit(10)", 0)).isEqualTo("1010101011");
        assertThat(value(row, "oid", 0)).isEqualTo(4_294_967_295L);
    }

    private static Object value(Row row, String declared, int which) {
        return java.util.stream.IntStream.range(0, row.size())
                .filter(i -> row.table().columns().get(i).type().declared().equals(declared))
                .skip(which)
                .mapToObj(row::value)
                .findFirst()
                .orElseThrow();
    }

    private static Class<?> javaType(ValueKind kind) {
        return switch (kind) {
            case BOOLEAN -> Boolean.class;
            case INTEGER -> Long.class;
            case DECIMAL -> BigDecimal.class;
            case FLOAT -> Number.class;
            case BYTES -> byte[].class;
            case DATE -> LocalDate.class;
            case TIME -> Duration.class;
            case TIMESTAMP -> LocalDateTime.class;
            case INSTANT -> Instant.class;
            case UUID -> UUID.class;
            case SET -> List.class;
            case TEXT, INTERVAL, JSON, ENUM, BITS, OTHER -> String.class;
        };
    }

    @Test
    void types_are_equal_when_they_are_the_same_and_only_built_in_ones_mean_the_same_everywhere() {
        createTypes();
        db.execute(
                "DROP TABLE IF EXISTS compared",
                "CREATE TABLE compared (id int PRIMARY KEY, a varchar(5), b varchar(6), c mood)");
        SourceTable one = source().describe(names("compared")).get(0);
        SourceTable other = source().describe(names("compared")).get(0);
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one.columns().get(1).type())
                .isNotEqualTo(one.columns().get(2).type());
        assertThat(((PgType) one.columns().get(1).type()).isBuiltIn()).isTrue();
        assertThat(((PgType) one.columns().get(3).type()).isBuiltIn()).isFalse();
    }

    @Test
    void bytes_that_are_no_value_are_refused_and_the_type_is_named() {
        db.execute("DROP TABLE IF EXISTS damaged", "CREATE TABLE damaged (id int PRIMARY KEY, day date)");
        SourceTable table = source().describe(names("damaged")).get(0);
        assertThatThrownBy(() -> table.columns().get(1).type().value(new byte[] {1, 2}, 0, 2, false))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("2 bytes in binary form are no value of type date");
        assertThatThrownBy(() -> table.columns().get(0).type().value(new byte[9], 0, 9, false))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("left over");
    }
}
