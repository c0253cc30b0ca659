package io.tallystick.cdc.replicator;

import static io.tallystick.cdc.replicator.TestRoute.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpecialValue;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.ValueText;
import io.tallystick.cdc.type.TableMaker;
import io.tallystick.cdc.type.TypeReport;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link RowWriter} promises, tried on a real database. */
public abstract class RowWriterContract {

    private static final List<ValueKind> SHAPE = List.of(ValueKind.INTEGER, ValueKind.TEXT, ValueKind.DECIMAL);

    protected Connection connection;
    protected TargetDialect dialect;

    /** A new connection; the contract closes it. */
    protected abstract Connection connect() throws SQLException;

    protected abstract RowWriter writer(TargetDialect dialect, ConversionPolicy policy);

    /** The dialect that tables are made in. */
    protected TargetDialect dialect(Connection opened) throws SQLException {
        return TargetDialect.of(opened);
    }

    @BeforeEach
    void open() throws SQLException {
        connection = connect();
        dialect = dialect(connection);
        connection.setAutoCommit(true);
        if (dialect == TargetDialect.POSTGRESQL) {
            execute("SET TIME ZONE 'UTC'");
        }
        connection.setAutoCommit(false);
    }

    @AfterEach
    void close() throws SQLException {
        connection.rollback();
        connection.close();
    }

    @Test
    void rows_are_inserted_updated_and_deleted() throws SQLException {
        TestRoute route = simple("life");
        write(Verb.INSERT, route.insert(1, "one", "1.50"), route.insert(2, "two", null), route.insert(3, "three", "3"));
        write(Verb.UPDATE, route.update(1, "ONE", null), route.update(3, null, "-0.01"), route.update(9, "none", "9"));
        write(Verb.DELETE, route.delete(2, null, null), route.delete(8, null, null));
        assertThat(rows("life")).containsExactly("1|ONE|null", "3|null|-0.01");
    }

    @Test
    void counts_are_the_rows_that_were_there_or_unknown() throws SQLException {
        TestRoute route = simple("counts");
        assertThat(write(Verb.INSERT, route.insert(1, "a", "1"), route.insert(2, "b", "2")))
                .isIn(2, -1);
        assertThat(write(Verb.UPDATE, route.update(1, "x", "1"), route.update(7, "y", "1")))
                .isIn(1, -1);
        assertThat(write(Verb.DELETE, route.delete(2, null, null), route.delete(7, null, null)))
                .isIn(1, -1);
    }

    @Test
    void an_upsert_leaves_the_row_as_given_whether_it_was_there_or_not() throws SQLException {
        TestRoute route = simple("upserts");
        write(Verb.INSERT, route.insert(1, "one", "1"));
        write(Verb.UPSERT, route.upsert(1, null, "11"), route.upsert(2, "two", "2"));
        write(Verb.UPSERT, route.upsert(1, null, "11"), route.upsert(2, "zwei", "2"));
        assertThat(rows("upserts")).containsExactly("1|null|11.00", "2|zwei|2.00");
    }

    @Test
    void an_insert_if_absent_leaves_a_row_that_is_there_alone() throws SQLException {
        TestRoute route = simple("absent");
        write(Verb.INSERT, route.insert(1, "mine", "1"));
        assertThat(write(
                        Verb.INSERT_IF_ABSENT,
                        route.insertIfAbsent(1, "yours", "2"),
                        route.insertIfAbsent(2, "b", "2")))
                .isIn(1, -1);
        assertThat(rows("absent")).containsExactly("1|mine|1.00", "2|b|2.00");
    }

    @Test
    void unchanged_cells_keep_what_the_target_has() throws SQLException {
        TestRoute route = simple("partial");
        write(Verb.INSERT, route.insert(1, "long", "1"), route.insert(2, "longer", "2"));
        write(Verb.UPDATE, route.update(1, UNCHANGED, "10"), route.update(2, UNCHANGED, "20"));
        write(Verb.UPDATE, route.update(1, null, UNCHANGED));
        write(Verb.UPSERT, route.upsert(2, UNCHANGED, "21"), route.upsert(3, "full", "3"));
        assertThat(rows("partial")).containsExactly("1|null|10.00", "2|longer|21.00", "3|full|3.00");
    }

    @Test
    void an_insert_leaves_unchanged_cells_to_their_defaults() throws SQLException {
        TestRoute route = route(
                "defaults", "id bigint PRIMARY KEY, name varchar(20) DEFAULT 'nobody', amount decimal(12,2)", SHAPE);
        write(Verb.INSERT, route.insert(1, UNCHANGED, "1"), route.insert(2, "b", UNCHANGED));
        assertThat(rows("defaults")).containsExactly("1|nobody|1.00", "2|b|null");
    }

    @Test
    void a_row_can_get_another_key() throws SQLException {
        TestRoute route = simple("rekeyed");
        write(Verb.INSERT, route.insert(1, "one", "1"), route.insert(2, "two", "2"));
        write(
                Verb.UPDATE,
                route.rekey(route.row(1, null, null), 5, "five", UNCHANGED),
                route.update(2, "b", UNCHANGED));
        assertThat(rows("rekeyed")).containsExactly("2|b|2.00", "5|five|1.00");
    }

    @Test
    void a_table_that_is_all_key_takes_every_verb() throws SQLException {
        TestRoute route = route(
                "members",
                "team bigint NOT NULL, name varchar(40) NOT NULL, PRIMARY KEY (team, name)",
                List.of(ValueKind.INTEGER, ValueKind.TEXT));
        write(Verb.INSERT, route.insert(1, "ann"), route.insert(1, "bob"), route.insert(2, "ann"));
        write(Verb.UPSERT, route.upsert(1, "ann"), route.upsert(3, "cy"));
        write(Verb.INSERT_IF_ABSENT, route.insertIfAbsent(3, "cy"), route.insertIfAbsent(4, "di"));
        write(Verb.UPDATE, route.update(1, "bob"));
        write(Verb.DELETE, route.delete(1, "ann"), route.delete(2, "bob"));
        assertThat(rows("members")).containsExactly("1|bob", "2|ann", "3|cy", "4|di");
    }

    @Test
    void truncate_removes_every_row_and_can_still_be_rolled_back() throws SQLException {
        TestRoute route = simple("emptied");
        write(Verb.INSERT, route.insert(1, "one", "1"));
        connection.commit();
        write(Verb.TRUNCATE, new TargetChange(route.table(), Verb.TRUNCATE, null, null));
        assertThat(rows("emptied")).isEmpty();
        connection.rollback();
        assertThat(rows("emptied")).containsExactly("1|one|1.00");
    }

    @Test
    void names_and_texts_may_hold_anything() throws SQLException {
        String name = "Odd `\"Näme 표";
        TestRoute route = route(
                name,
                dialect.quote("select") + " bigint PRIMARY KEY, " + dialect.quote("a \"b` c") + " varchar(100), "
                        + dialect.quote("Größe") + " varchar(100)",
                List.of(ValueKind.INTEGER, ValueKind.TEXT, ValueKind.TEXT));
        String text = "tab\t line\n quote' \" back\\slash 한국어 🦊 {},()\\N";
        write(Verb.INSERT, route.insert(1, text, ""), route.insert(2, "x", "y"));
        write(Verb.UPDATE, route.update(2, text, " "));
        write(Verb.UPSERT, route.upsert(3, text, "null"));
        write(Verb.DELETE, route.delete(1, null, null));
        assertThat(rows(name)).containsExactly("2|" + text + "| ", "3|" + text + "|null");
    }

    @Test
    void many_rows_arrive_with_every_verb() throws SQLException {
        int many = 10_000;
        TestRoute route = simple("many");
        write(Verb.INSERT, changes(many, i -> route.insert(i, "row " + i, i + ".25")));
        write(Verb.UPDATE, changes(many, i -> route.update(i, i % 2 == 0 ? null : "ROW " + i, UNCHANGED)));
        write(Verb.UPSERT, changes(many, i -> route.upsert(i + many / 2, "up " + i, null)));
        write(Verb.INSERT_IF_ABSENT, changes(many, i -> route.insertIfAbsent(i + many, "new " + i, "0")));
        write(Verb.DELETE, changes(many / 2, i -> route.delete(2 * i, null, null)));
        assertThat(ask("SELECT count(*) FROM " + quoted("many"))).isEqualTo("15000");
        assertThat(ask("SELECT name FROM " + quoted("many") + " WHERE id = 4999"))
                .isEqualTo("ROW 4999");
        assertThat(ask("SELECT amount FROM " + quoted("many") + " WHERE id = 4999"))
                .isEqualTo("4999.25");
        assertThat(ask("SELECT name FROM " + quoted("many") + " WHERE id = 14999"))
                .isEqualTo("up 9999");
        assertThat(ask("SELECT name FROM " + quoted("many") + " WHERE id = 19999"))
                .isEqualTo("new 9999");
    }

    @Test
    void a_second_row_of_the_same_key_is_refused_and_the_connection_lives_on() throws SQLException {
        TestRoute route = simple("taken");
        write(Verb.INSERT, changes(50, i -> route.insert(i, "first", "1")));
        connection.commit();
        assertThatThrownBy(() -> write(Verb.INSERT, changes(50, i -> route.insert(49 + i, "second", "2"))))
                .isInstanceOf(SQLException.class);
        connection.rollback();
        assertThat(rows("taken")).hasSize(50);
        write(Verb.INSERT, changes(50, i -> route.insert(50 + i, "third", "3")));
        assertThat(rows("taken")).hasSize(100);
    }

    @Test
    void a_value_that_does_not_fit_is_refused_by_the_database_itself() throws SQLException {
        TestRoute route = simple("narrow");
        for (int size : new int[] {1, 100}) {
            assertRefused(() -> write(Verb.INSERT, changes(size, i -> route.insert(i, "x".repeat(2_000), "1"))));
            assertRefused(() -> write(Verb.UPSERT, changes(size, i -> route.upsert(i, "a", "99999999999999.99"))));
        }
    }

    @Test
    void a_unique_value_taken_by_another_row_is_an_error_and_never_changes_that_row() throws SQLException {
        TestRoute route = route("mails", "id bigint PRIMARY KEY, mail varchar(40) UNIQUE, amount decimal(12,2)", SHAPE);
        assertThat(route.table().inOrder()).isTrue();
        write(Verb.INSERT, route.insert(1, "ann@x", "1"), route.insert(2, null, "2"), route.insert(3, null, "3"));
        connection.commit();
        assertThatThrownBy(() -> write(Verb.UPSERT, route.upsert(4, "ann@x", "4")))
                .isInstanceOf(SQLException.class);
        connection.rollback();
        assertThatThrownBy(() -> write(Verb.INSERT_IF_ABSENT, route.insertIfAbsent(4, "ann@x", "4")))
                .isInstanceOf(SQLException.class);
        connection.rollback();
        write(Verb.UPSERT, route.upsert(1, "ann@y", "10"), route.upsert(5, "ann@x", "5"));
        write(Verb.INSERT_IF_ABSENT, route.insertIfAbsent(1, "bob@x", "0"), route.insertIfAbsent(6, null, "6"));
        assertThat(rows("mails"))
                .containsExactly("1|ann@y|10.00", "2|null|2.00", "3|null|3.00", "5|ann@x|5.00", "6|null|6.00");
    }

    @Test
    void computed_cells_stand_beside_cells_of_the_source() throws SQLException {
        TestRoute route = simple("computed");
        Row source = route.row(7, "from the source", "1").source();
        int[] from = {0, -1, 2};
        Object[] computed = {null, "computed", null};
        List<TargetChange> one =
                List.of(new TargetChange(route.table(), Verb.INSERT, null, new TargetRow(source, from, computed)));
        writer(dialect, ConversionPolicy.standard()).write(connection, route.table(), Verb.INSERT, one);
        assertThat(rows("computed")).containsExactly("7|computed|1.00");
    }

    @Test
    void a_value_of_every_kind_arrives_in_the_table_that_was_made_for_it() throws SQLException {
        for (int size : new int[] {2, 40}) {
            TestRoute route = everyKind("kinds" + size);
            write(Verb.INSERT, changes(size, i -> route.insert(EveryKind.row(i))));
            write(Verb.UPSERT, changes(size, i -> route.upsert(EveryKind.row(i))));
            write(Verb.UPDATE, changes(size, i -> route.update(EveryKind.row(i))));
            write(Verb.INSERT, changes(size, i -> route.insert(EveryKind.nulls(size + i))));
            EveryKind.assertArrived(connection, dialect, quoted("kinds" + size));
            write(Verb.UPDATE, changes(size, i -> route.update(EveryKind.nulls(i))));
            assertThat(ask("SELECT count(*) FROM " + quoted("kinds" + size) + " WHERE whole IS NULL AND span IS NULL"))
                    .isEqualTo(Integer.toString(2 * size));
        }
    }

    @Test
    void what_the_target_cannot_express_follows_the_policy() throws SQLException {
        TestRoute route = route(
                "special",
                "id bigint PRIMARY KEY, born date, remark varchar(20)",
                List.of(ValueKind.INTEGER, ValueKind.DATE, ValueKind.DATE));
        SpecialValue odd = dialect.isMySqlFamily() ? SpecialValue.INFINITY : SpecialValue.ZERO_DATE;
        for (int size : new int[] {1, 30}) {
            ConversionPolicy nulls = policy(ConversionPolicy.Choice.NULL);
            List<TargetChange> rows = changes(size, i -> route.upsert(i, odd, null));
            writer(dialect, nulls).write(connection, route.table(), Verb.UPSERT, rows);
            assertThat(rows("special")).hasSize(size).contains("0|null|null");
            writer(dialect, policy(ConversionPolicy.Choice.CLAMP)).write(connection, route.table(), Verb.UPSERT, rows);
            assertThat(rows("special"))
                    .hasSize(size)
                    .contains(odd == SpecialValue.INFINITY ? "0|9999-12-31|null" : "0|0001-01-01|null");
            write(Verb.UPSERT, changes(size, i -> route.upsert(i, null, odd)));
            assertThat(rows("special")).hasSize(size).contains("0|null|" + ValueText.word(odd));
            connection.commit();
            assertRefused(() -> writer(dialect, policy(ConversionPolicy.Choice.ERROR))
                    .write(connection, route.table(), Verb.UPSERT, rows));
        }
    }

    private static ConversionPolicy policy(ConversionPolicy.Choice choice) {
        return new ConversionPolicy(choice, ConversionPolicy.Choice.ERROR, choice);
    }

    private TestRoute everyKind(String name) throws SQLException {
        SourceTable source = EveryKind.source();
        execute("DROP TABLE IF EXISTS " + quoted(name));
        execute(new TableMaker(dialect, false).create(source, new TableName(schema(), name)));
        connection.commit();
        TargetTable table = table(name);
        TypeReport report = TypeReport.of(
                source, table, IntStream.range(0, source.columns().size()).toArray(), TargetDialect.STANDARD, dialect);
        report.refuseWhenHopeless();
        return new TestRoute(table, source);
    }

    private void assertRefused(ThrowingWrite write) throws SQLException {
        SQLException refused = catchThrowableOfType(SQLException.class, write::run);
        connection.rollback();
        assertThat((Object) refused).isNotNull();
        assertThat(speaking(refused)).as(refused.toString()).startsWith("22");
    }

    /** The state that counts: a batch wraps the error that has it. */
    private static String speaking(SQLException error) {
        return error.getSQLState() == null && error.getNextException() != null
                ? error.getNextException().getSQLState()
                : error.getSQLState();
    }

    /** Something that writes. */
    @FunctionalInterface
    protected interface ThrowingWrite {
        void run() throws SQLException;
    }

    private TestRoute simple(String name) throws SQLException {
        return route(name, "id bigint PRIMARY KEY, name varchar(1000), amount decimal(12,2)", SHAPE);
    }

    /** Creates a table and a route into all of its columns. */
    protected TestRoute route(String name, String columns, List<ValueKind> kinds) throws SQLException {
        execute("DROP TABLE IF EXISTS " + quoted(name));
        execute("CREATE TABLE " + quoted(name) + " (" + columns + ")");
        connection.commit();
        return new TestRoute(table(name), kinds);
    }

    protected TargetTable table(String name) throws SQLException {
        return TargetCatalog.of(connection)
                .read(List.of(TargetCatalog.Wanted.all(new TableName(schema(), name))))
                .get(0);
    }

    protected String quoted(String name) {
        return dialect.quote(name);
    }

    private String schema() throws SQLException {
        return dialect.isMySqlFamily() ? connection.getCatalog() : connection.getSchema();
    }

    protected int write(Verb verb, TargetChange... changes) throws SQLException {
        return write(verb, Arrays.asList(changes));
    }

    protected int write(Verb verb, List<TargetChange> changes) throws SQLException {
        return writer(dialect, ConversionPolicy.standard())
                .write(connection, changes.get(0).table(), verb, changes);
    }

    protected static List<TargetChange> changes(int count, IntFunction<TargetChange> change) {
        return IntStream.range(0, count).mapToObj(change).toList();
    }

    /** All rows in the order of their first column, cells joined by bars. */
    protected List<String> rows(String name) throws SQLException {
        List<String> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM " + quoted(name) + " ORDER BY 1, 2")) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    cells.add(rows.getString(i));
                }
                found.add(String.join("|", cells.stream().map(String::valueOf).toList()));
            }
        }
        return found;
    }

    protected String ask(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    protected void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
