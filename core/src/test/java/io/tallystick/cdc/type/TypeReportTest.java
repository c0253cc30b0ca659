package io.tallystick.cdc.type;

import static io.tallystick.cdc.type.TypeReport.Fate.CHECKED;
import static io.tallystick.cdc.type.TypeReport.Fate.LOSSLESS;
import static io.tallystick.cdc.type.TypeReport.Fate.LOSSY;
import static io.tallystick.cdc.type.TypeReport.Fate.REFUSED;
import static io.tallystick.cdc.type.TypeReport.Fate.SAME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.replicator.PlainType;
import io.tallystick.jdbc.RejectedException;
import java.sql.Types;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TypeReportTest {

    @Test
    void the_same_type_of_the_same_engine_goes_byte_for_byte() {
        assertThat(line(ValueKind.DECIMAL, "numeric(12,2)", column("numeric(12,2)", Types.NUMERIC), true)
                        .fate())
                .isEqualTo(SAME);
        assertThat(line(ValueKind.DATE, "date", column("date", Types.DATE), false)
                        .fate())
                .as("equal spelling on another engine is not the same type")
                .isEqualTo(LOSSLESS);
    }

    @Test
    void numbers_are_told_by_their_ranges() {
        assertThat(fate(ValueKind.INTEGER, "int unsigned", "bigint", Types.BIGINT))
                .isEqualTo(LOSSLESS);
        assertThat(fate(ValueKind.INTEGER, "bigint unsigned", "bigint", Types.BIGINT))
                .isEqualTo(CHECKED);
        assertThat(fate(ValueKind.INTEGER, "bigint unsigned", "numeric(20)", Types.NUMERIC))
                .isEqualTo(LOSSLESS);
        assertThat(fate(ValueKind.INTEGER, "bigint", "numeric(18)", Types.NUMERIC))
                .isEqualTo(CHECKED);
        assertThat(fate(ValueKind.INTEGER, "bigint", "double precision", Types.DOUBLE))
                .isEqualTo(LOSSY);
        assertThat(fate(ValueKind.DECIMAL, "decimal(12,2)", "numeric(14,2)", Types.NUMERIC))
                .isEqualTo(LOSSLESS);
        assertThat(fate(ValueKind.DECIMAL, "decimal(12,4)", "numeric(14,2)", Types.NUMERIC))
                .isEqualTo(LOSSY);
        assertThat(fate(ValueKind.DECIMAL, "decimal(12,2)", "numeric(8,2)", Types.NUMERIC))
                .isEqualTo(CHECKED);
        assertThat(fate(ValueKind.DECIMAL, "decimal(12,2)", "bigint", Types.BIGINT))
                .isEqualTo(REFUSED);
        assertThat(fate(ValueKind.DECIMAL, "decimal(12,0)", "bigint", Types.BIGINT))
                .isEqualTo(CHECKED);
        assertThat(fate(ValueKind.FLOAT, "double", "real", Types.REAL)).isEqualTo(LOSSY);
    }

    @Test
    void a_negative_scale_makes_numbers_longer_and_not_shorter() {
        // whole hundreds up to 99,900
        assertThat(fate(ValueKind.DECIMAL, "numeric(3,-2)", "numeric(3)", Types.NUMERIC))
                .isEqualTo(CHECKED);
        assertThat(fate(ValueKind.DECIMAL, "numeric(3,-2)", "numeric(5)", Types.NUMERIC))
                .isEqualTo(LOSSLESS);
        assertThat(fate(ValueKind.DECIMAL, "numeric(5)", "numeric(3,-2)", Types.NUMERIC))
                .isEqualTo(LOSSY);
        assertThat(fate(ValueKind.INTEGER, "smallint", "numeric(8,-2)", Types.NUMERIC))
                .isEqualTo(LOSSY);
        assertThat(fate(ValueKind.DECIMAL, "numeric(3,-2)", "numeric(3,-2)", Types.NUMERIC))
                .isEqualTo(LOSSLESS);
    }

    @Test
    void times_lose_what_the_target_does_not_keep() {
        assertThat(fate(ValueKind.TIMESTAMP, "datetime(6)", "timestamp without time zone", Types.TIMESTAMP))
                .isEqualTo(LOSSLESS);
        assertThat(fate(ValueKind.TIMESTAMP, "datetime(6)", "timestamp(3) without time zone", Types.TIMESTAMP))
                .isEqualTo(LOSSY);
        assertThat(fate(ValueKind.TIMESTAMP, "datetime(6)", "date", Types.DATE)).isEqualTo(LOSSY);
        assertThat(fate(ValueKind.TIME, "time", "time without time zone", Types.TIME))
                .isEqualTo(CHECKED);
        assertThat(fate(ValueKind.TIME, "time", "interval", Types.OTHER)).isEqualTo(LOSSLESS);
    }

    @Test
    void texts_are_measured() {
        assertThat(fate(ValueKind.TEXT, "varchar(20)", "character varying(20)", Types.VARCHAR))
                .isEqualTo(LOSSLESS);
        assertThat(fate(ValueKind.TEXT, "longtext", "character varying(20)", Types.VARCHAR))
                .isEqualTo(CHECKED);
        assertThat(fate(ValueKind.JSON, "json", "text", Types.VARCHAR)).isEqualTo(LOSSLESS);
    }

    @Test
    void what_mariadb_and_mysql_measure_in_bytes_is_told_in_bytes() {
        ColumnType text = new PlainType(ValueKind.TEXT, "text");
        assertThat(told(TargetDialect.POSTGRESQL, text, "text", Types.LONGVARCHAR))
                .isEqualTo("CHECKED texts of more than 65535 bytes are refused");
        assertThat(told(TargetDialect.POSTGRESQL, text, "longtext", Types.LONGVARCHAR))
                .isEqualTo("LOSSLESS");
        assertThat(told(TargetDialect.MYSQL, text, "text", Types.LONGVARCHAR)).isEqualTo("LOSSLESS");
        ColumnType sized = new PlainType(ValueKind.TEXT, "character varying(100)");
        assertThat(told(TargetDialect.POSTGRESQL, sized, "tinytext", Types.LONGVARCHAR))
                .as("a character has up to four bytes")
                .isEqualTo("CHECKED texts of more than 255 bytes are refused");
        assertThat(told(TargetDialect.POSTGRESQL, sized, "text", Types.LONGVARCHAR))
                .isEqualTo("LOSSLESS");
        ColumnType bytes = new PlainType(ValueKind.BYTES, "bytea");
        assertThat(told(TargetDialect.POSTGRESQL, bytes, "blob", Types.LONGVARBINARY))
                .isEqualTo("CHECKED more than 65535 bytes are refused");
        assertThat(told(TargetDialect.POSTGRESQL, text, "varbinary(10)", Types.VARBINARY))
                .isEqualTo("CHECKED more than 10 bytes are refused");
        assertThat(told(TargetDialect.POSTGRESQL, text, "longblob", Types.LONGVARBINARY))
                .isEqualTo("LOSSLESS as UTF-8");
    }

    @Test
    void a_character_set_that_lacks_characters_is_told() {
        ColumnType sized = new PlainType(ValueKind.TEXT, "character varying(20)");
        assertThat(told(TargetDialect.POSTGRESQL, sized, "varchar(20) character set latin1", Types.VARCHAR))
                .isEqualTo("CHECKED characters that latin1 lacks are refused");
        assertThat(told(TargetDialect.POSTGRESQL, sized, "varchar(10) character set latin1", Types.VARCHAR))
                .isEqualTo("CHECKED texts of more than 10 characters and characters that latin1 lacks are refused");
        ColumnType narrow = new TextIn("latin1", "text");
        assertThat(told(TargetDialect.MARIADB, narrow, "text character set latin1", Types.LONGVARCHAR))
                .isEqualTo("SAME");
        assertThat(told(TargetDialect.MARIADB, new TextIn("utf8mb4", "text"), "text", Types.LONGVARCHAR))
                .isEqualTo("SAME");
        assertThat(told(TargetDialect.MARIADB, narrow, "text", Types.LONGVARCHAR))
                .as("what has one byte there has up to three here")
                .isEqualTo("CHECKED texts of more than 65535 bytes are refused");
    }

    @Test
    void every_hopeless_column_is_named_at_once() {
        SourceTable source = new SourceTable(
                new TableName("shop", "orders"),
                List.of(
                        new SourceColumn("id", new PlainType(ValueKind.BYTES, "blob"), true),
                        new SourceColumn("day", new PlainType(ValueKind.DATE, "date"), false)));
        TargetTable target = new TargetTable(
                new TableName("public", "orders"),
                List.of(column("bigint", Types.BIGINT), column("boolean", Types.BOOLEAN)),
                List.of(0),
                Set.of(),
                false);
        TypeReport report =
                TypeReport.of(source, target, new int[] {0, 1}, TargetDialect.MYSQL, TargetDialect.POSTGRESQL);
        assertThatThrownBy(report::refuseWhenHopeless)
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("id blob -> c bigint")
                .hasMessageContaining("day date -> c boolean");
    }

    private static TypeReport.Fate fate(ValueKind kind, String declared, String target, int jdbcType) {
        return line(kind, declared, column(target, jdbcType), false).fate();
    }

    private static TypeReport.Line line(ValueKind kind, String declared, TargetColumn to, boolean sameEngine) {
        TargetDialect product = sameEngine ? TargetDialect.POSTGRESQL : TargetDialect.MYSQL;
        return line(product, new PlainType(kind, declared), to, TargetDialect.POSTGRESQL);
    }

    private static TypeReport.Line line(
            TargetDialect product, ColumnType type, TargetColumn to, TargetDialect dialect) {
        return new TypeRules(product, dialect).line(new SourceColumn("c", type, false), to);
    }

    /** Into a column of MariaDB. */
    private static String told(TargetDialect product, ColumnType type, String target, int jdbcType) {
        TypeReport.Line line = line(product, type, column(target, jdbcType), TargetDialect.MARIADB);
        return (line.fate() + " " + line.how()).strip();
    }

    /** A text of MySQL in a character set. */
    private record TextIn(String characterSet, String declared) implements ColumnType {

        @Override
        public ValueKind kind() {
            return ValueKind.TEXT;
        }

        @Override
        public Object value(byte[] bytes, int offset, int length, boolean text) {
            throw new UnsupportedOperationException("only its name is asked for");
        }
    }

    private static TargetColumn column(String type, int jdbcType) {
        return new TargetColumn("c", type, 0, jdbcType, true, false);
    }
}
