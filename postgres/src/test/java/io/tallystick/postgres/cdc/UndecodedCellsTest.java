package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Cells that the server itself wrote in binary, of a type whose values nobody can decode. */
@Databases(Engine.POSTGRESQL)
class UndecodedCellsTest {

    private static final String COLUMNS = """
             (id bigint PRIMARY KEY, small smallint, truth boolean, single real, ratio double precision, amount numeric(20,6),
             big numeric, words text, short varchar(40), padded char(5), raw bytea, day date, hour time, span interval,
             clock timestamp, moment timestamptz, uid uuid, doc json, tree jsonb, flags bit(5), more bit varying,
             net inet, mac macaddr, spot point, area box, seen tsvector, numbers int[], labels text[][], range int4range,
             ranges int4multirange, paid money, low domain_of_int)""";

    private static final String ROWS = """
             SELECT i, i, i % 2 = 0, 'NaN', '-Infinity', i * 1.5, CASE WHEN i = 3 THEN 'NaN' ELSE repeat('9', i)::numeric END,
             '한국어 🦊 ' || i, 'v' || i, 'p' || i, '\\x00ff', CASE WHEN i = 4 THEN 'infinity' ELSE date '4713-01-01 BC' END,
             '23:59:59.999999', '-1 year 2 days 03:04:05.6', '-infinity', '2024-02-29 12:00+09',
             '0b0e5d2c-6c1f-4f43-8f0a-3d9a5b1c2d3e', '{"a":  1}', '{"a": [1, null]}', '10011', '1', '10.0.0.1/8',
             '08:00:2b:01:02:03', '(1,2)', '((1,2),(3,4))', 'a:1 b:2', CASE WHEN i = 5 THEN NULL ELSE '{1,NULL,3}'::int[] END,
             '{{a,b},{"c d",NULL}}', '[1,5)', '{[1,3),[7,9)}', '12.34', i
             FROM generate_series(1, 30) i""";

    @Test
    void cells_of_the_same_type_arrive_byte_for_byte_whatever_the_verb(TestDatabase db) throws Exception {
        db.execute(
                "CREATE DOMAIN domain_of_int AS int CHECK (value > 0)",
                "CREATE TABLE original" + COLUMNS,
                "CREATE TABLE copied" + COLUMNS,
                "INSERT INTO original " + ROWS,
                // a row type with a domain is not written as a whole
                "CREATE TABLE plain" + COLUMNS.replace("domain_of_int", "int"),
                "INSERT INTO plain SELECT * FROM original");
        try (Connection connection = db.connect()) {
            connection.setAutoCommit(false);
            TargetTable table = table(connection, "copied");
            PostgresRowWriter writer =
                    new PostgresRowWriter(ConversionPolicy.standard(), type -> ((Sealed) type).oid());
            List<Row> rows = rows(connection, table);
            assertThat(rows).hasSize(30);
            writer.write(connection, table, Verb.INSERT, changes(table, Verb.INSERT, rows));
            assertThat(differences(connection, "copied")).isZero();
            try (Statement statement = connection.createStatement()) {
                statement.execute("UPDATE plain SET words = 'other', numbers = NULL, low = 7, paid = NULL, amount = 0");
            }
            TargetTable plain = table(connection, "plain");
            for (Verb verb : List.of(Verb.UPDATE, Verb.UPSERT, Verb.INSERT_IF_ABSENT)) {
                assertThat(writer.write(connection, plain, verb, changes(plain, verb, rows)))
                        .isEqualTo(verb == Verb.INSERT_IF_ABSENT ? 0 : 30);
                assertThat(differences(connection, "plain")).isZero();
            }
            writer.write(connection, table, Verb.DELETE, changes(table, Verb.DELETE, rows.subList(0, 15)));
            assertThat(differences(connection, "copied")).isEqualTo(15);
        }
    }

    private static List<TargetChange> changes(TargetTable table, Verb verb, List<Row> rows) {
        int[] straight = IntStream.range(0, table.columns().size()).toArray();
        return rows.stream()
                .map(row -> new TargetRow(row, straight, null))
                .map(row -> verb == Verb.DELETE
                        ? new TargetChange(table, verb, row, null)
                        : new TargetChange(table, verb, null, row))
                .toList();
    }

    private static TargetTable table(Connection connection, String name) throws SQLException {
        return TargetCatalog.of(connection)
                .read(List.of(TargetCatalog.Wanted.all(new TableName("public", name))))
                .get(0);
    }

    private static long differences(Connection connection, String copy) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM (SELECT o::text FROM original o EXCEPT"
                        + " SELECT c::text FROM " + copy + " c) d")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** What COPY writes is cut into cells: the header has 19 bytes, each row a count and cells with their lengths. */
    private static List<Row> rows(Connection connection, TargetTable table) throws SQLException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        connection.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY original TO STDOUT (FORMAT BINARY)", out);
        ByteBuffer in = ByteBuffer.wrap(out.toByteArray());
        in.position(19);
        SourceTable source = new SourceTable(
                new TableName("public", "original"),
                table.columns().stream()
                        .map(column -> new SourceColumn(column.name(), new Sealed(column.nativeType()), false))
                        .toList());
        List<Row> rows = new ArrayList<>();
        for (int cells = in.getShort(); cells > 0; cells = in.getShort()) {
            Row.Builder row = Row.over(source, in.array());
            for (int i = 0; i < cells; i++) {
                int length = in.getInt();
                if (length < 0) {
                    row.nothing();
                } else {
                    row.value(in.position(), length);
                    in.position(in.position() + length);
                }
            }
            rows.add(row.build());
        }
        return rows;
    }

    /** A type that lets nobody look inside. */
    private record Sealed(long oid) implements ColumnType {

        @Override
        public String declared() {
            return "sealed";
        }

        @Override
        public ValueKind kind() {
            return ValueKind.OTHER;
        }

        @Override
        public Object value(byte[] bytes, int offset, int length, boolean text) {
            throw new AssertionError("a cell of type " + oid + " was decoded");
        }
    }
}
