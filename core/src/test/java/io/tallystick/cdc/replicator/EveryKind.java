package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.ValueKind;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A source's table with a column of every kind, values for it, and how they look where they arrive. */
final class EveryKind {

    private static final UUID ID = UUID.fromString("0b0e5d2c-6c1f-4f43-8f0a-3d9a5b1c2d3e");
    private static final LocalDateTime CLOCK = LocalDateTime.parse("2024-02-29T23:59:58.123456");

    private EveryKind() {}

    static SourceTable source() {
        return new SourceTable(
                new TableName("source", "every_kind"),
                List.of(
                        column("id", ValueKind.INTEGER, "int", true),
                        column("truth", ValueKind.BOOLEAN, "boolean", false),
                        column("whole", ValueKind.INTEGER, "bigint unsigned", false),
                        column("amount", ValueKind.DECIMAL, "decimal(20,6)", false),
                        column("ratio", ValueKind.FLOAT, "double", false),
                        column("words", ValueKind.TEXT, "longtext", false),
                        column("raw", ValueKind.BYTES, "longblob", false),
                        column("day", ValueKind.DATE, "date", false),
                        column("span", ValueKind.TIME, "time(6)", false),
                        column("clock", ValueKind.TIMESTAMP, "timestamp(6)", false),
                        column("moment", ValueKind.INSTANT, "timestamptz", false),
                        column("period", ValueKind.INTERVAL, "interval", false),
                        column("uid", ValueKind.UUID, "uuid", false),
                        column("doc", ValueKind.JSON, "json", false),
                        column("mood", ValueKind.ENUM, "enum('calm','storm')", false),
                        column("tags", ValueKind.SET, "set('a','b','c')", false),
                        column("flags", ValueKind.BITS, "bit(5)", false),
                        column("net", ValueKind.OTHER, "inet", false)));
    }

    private static SourceColumn column(String name, ValueKind kind, String declared, boolean key) {
        return new SourceColumn(name, new PlainType(kind, declared), key);
    }

    static Object[] row(int id) {
        return new Object[] {
            id,
            true,
            "18446744073709551615",
            new BigDecimal("-12345678901234.500001"),
            0.1,
            "한국어 🦊 \\ ' \"",
            new byte[] {0, 1, -1, 92},
            LocalDate.parse("1969-12-31"),
            Duration.parse("PT13H5M6.000007S"),
            CLOCK,
            CLOCK.toInstant(ZoneOffset.UTC),
            "P1Y2M3DT4H5M6.7S",
            ID,
            "{\"a\": [1, null, \"x\"]}",
            "storm",
            List.of("a", "c"),
            "10011",
            "10.0.0.0/8"
        };
    }

    static Object[] nulls(int id) {
        Object[] row = new Object[18];
        row[0] = id;
        return row;
    }

    static void assertArrived(Connection connection, TargetDialect dialect, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM " + table + " WHERE id = 1")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getBoolean("truth")).isTrue();
            assertThat(row.getBigDecimal("whole")).isEqualByComparingTo("18446744073709551615");
            assertThat(row.getBigDecimal("amount")).isEqualByComparingTo("-12345678901234.500001");
            assertThat(row.getDouble("ratio")).isEqualTo(0.1);
            assertThat(row.getString("words")).isEqualTo("한국어 🦊 \\ ' \"");
            assertThat(row.getBytes("raw")).containsExactly(0, 1, -1, 92);
            assertThat(row.getObject("day", LocalDate.class)).isEqualTo("1969-12-31");
            assertThat(row.getString("span")).isIn("13:05:06.000007");
            assertThat(row.getObject("clock", LocalDateTime.class)).isEqualTo(CLOCK);
            assertThat(moment(row, dialect)).isEqualTo(CLOCK.toInstant(ZoneOffset.UTC));
            assertThat(row.getString("uid")).isEqualTo(ID.toString());
            assertThat(row.getString("doc").replace(" ", "")).isEqualTo("{\"a\":[1,null,\"x\"]}");
            assertThat(texts(row)).containsExactly("storm", "a,c", "10011", "10.0.0.0/8");
            assertThat(row.getString("period"))
                    .isIn(
                            "P1Y2M3DT4H5M6.7S",
                            "1 year 2 mons 3 days 04:05:06.7",
                            "1 years 2 mons 3 days 4 hours 5 mins 6.7 secs");
        }
    }

    private static List<String> texts(ResultSet row) throws SQLException {
        List<String> texts = new ArrayList<>();
        for (String column : List.of("mood", "tags", "flags", "net")) {
            texts.add(row.getString(column));
        }
        return texts;
    }

    private static Instant moment(ResultSet row, TargetDialect dialect) throws SQLException {
        return dialect.isMySqlFamily()
                ? row.getObject("moment", LocalDateTime.class).toInstant(ZoneOffset.UTC)
                : row.getObject("moment", java.time.OffsetDateTime.class).toInstant();
    }
}
