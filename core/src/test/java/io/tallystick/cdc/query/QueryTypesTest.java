package io.tallystick.cdc.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpecialValue;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueTypes;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values as JDBC shows them lose nothing on their way into a row. */
@Databases
class QueryTypesTest {

    private final TestDatabase db;

    QueryTypesTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void every_value_is_what_it_was() {
        if (db.engine() == Engine.POSTGRESQL) {
            postgres();
        } else {
            mySqlFamily();
        }
    }

    private void postgres() {
        List<@Nullable Object> values = valuesOf(
                "id bigint PRIMARY KEY, changed timestamptz NOT NULL, yes boolean, small smallint, money numeric(30,4),"
                        + " none numeric, single real, precise double precision, words text, raw bytea, day date,"
                        + " never date, hour time(6), span interval, local timestamp, always timestamp, doc jsonb,"
                        + " who uuid, flags bit(4), many int[], nothing text",
                "(1, '2026-01-02 03:04:05.123456+09', true, -5, 12345678901234567890.1234, 'NaN', 0.1, 0.1, '글',"
                        + " '\\x00ff', '2024-02-29', 'infinity', '23:59:59.000001', '1 year 2 days', '2026-01-02 03:04:05',"
                        + " '-infinity', '{\"a\": 1.0}', '00000000-0000-0000-0000-00000000002a', B'0101', '{1,2}', NULL)");
        assertThat(values)
                .usingElementComparator(QueryTypesTest::compare)
                .containsExactly(
                        1L,
                        Instant.parse("2026-01-01T18:04:05.123456Z"),
                        true,
                        -5L,
                        new BigDecimal("12345678901234567890.1234"),
                        SpecialValue.NOT_A_NUMBER,
                        0.1,
                        0.1,
                        "글",
                        new byte[] {0, (byte) 0xff},
                        LocalDate.of(2024, 2, 29),
                        SpecialValue.INFINITY,
                        Duration.parse("PT23H59M59.000001S"),
                        "P1Y2D",
                        LocalDateTime.parse("2026-01-02T03:04:05"),
                        SpecialValue.MINUS_INFINITY,
                        "{\"a\": 1.0}",
                        UUID.fromString("00000000-0000-0000-0000-00000000002a"),
                        "0101",
                        "{1,2}",
                        null);
    }

    private void mySqlFamily() {
        List<@Nullable Object> values = valuesOf(
                "id BIGINT UNSIGNED PRIMARY KEY, changed TIMESTAMP(6) NOT NULL, yes TINYINT(1), y YEAR, money DECIMAL(30,4),"
                        + " single FLOAT, precise DOUBLE, words TEXT, raw VARBINARY(9), day DATE, span TIME(3),"
                        + " local DATETIME(6), kind ENUM('a','b'), flags SET('x','y','z'), bits BIT(4), nothing TEXT",
                "(18446744073709551615, '2026-01-02 03:04:05.123456', 2, 2024, 12345678901234567890.1234, 16777.217, 0.1, '글',"
                        + " x'00ff', '2024-02-29', '-100:00:00.5', '2026-01-02 03:04:05', 'b', 'x,z', b'0101', NULL)");
        assertThat(values)
                .usingElementComparator(QueryTypesTest::compare)
                .containsExactly(
                        new BigInteger("18446744073709551615"),
                        Instant.parse("2026-01-02T03:04:05.123456Z"),
                        2L,
                        2024L,
                        new BigDecimal("12345678901234567890.1234"),
                        (double) 16777.217f,
                        0.1,
                        "글",
                        new byte[] {0, (byte) 0xff},
                        LocalDate.of(2024, 2, 29),
                        Duration.parse("PT-100H-0.5S"),
                        LocalDateTime.parse("2026-01-02T03:04:05"),
                        "b",
                        List.of("x", "z"),
                        "0101",
                        null);
    }

    private List<@Nullable Object> valuesOf(String columns, String row) {
        db.execute("DROP TABLE IF EXISTS kinds", "CREATE TABLE kinds (" + columns + ")");
        TableName name = new TableName(db.engine() == Engine.POSTGRESQL ? "public" : db.name(), "kinds");
        String zone = db.engine() == Engine.POSTGRESQL ? "SET TIME ZONE 'Asia/Seoul'; " : "";
        db.execute(zone + "INSERT INTO kinds VALUES " + row);
        try (QueryScene scene = new QueryScene(QueryPools.of(db), name, "changed")) {
            SourceTable table = scene.source().describe(Set.of(name)).get(0);
            Row found =
                    scene.source().snapshot().read(table, null, null, 10).rows().get(0);
            assertThat(table.columns())
                    .extracting(SourceColumn::type)
                    .allSatisfy(type -> assertThat(kept(type))
                            .as("what a spool keeps of it")
                            .isEqualTo(type));
            List<@Nullable Object> values = new ArrayList<>();
            for (int i = 0; i < found.size(); i++) {
                values.add(found.value(i));
            }
            return values;
        }
    }

    private static ColumnType kept(ColumnType type) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ValueTypes().write(type, new DataOutputStream(bytes));
        return new ValueTypes().read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    private static int compare(Object one, Object other) {
        return Objects.deepEquals(one, other) ? 0 : 1;
    }
}
