package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.Change;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.Expression;
import io.tallystick.cdc.file.PipelineSpec;
import io.tallystick.cdc.file.PipelineSpec.Destination;
import io.tallystick.cdc.file.PipelineSpec.Mode;
import io.tallystick.cdc.file.PipelineSpec.Route;
import io.tallystick.cdc.file.RouteMapping;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routes with filters, several routes into one table, and changes that a route cannot map, at real targets. */
@Databases
class RoutesTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final PipelineSettings SETTINGS = PipelineSettings.standard()
            .withCopyFirst(false)
            .withGroupChanges(30)
            .withPauses(Duration.ofMillis(5), Duration.ofMillis(50));
    private static final TableName ORDERS = new TableName("shop", "orders");

    private final TestDatabase db;
    private final SourceTable orders = Texts.table(ORDERS, "n_id", "kind", "note");
    private final String schema;
    /** What was written, in its order. */
    private final List<Run> written = new CopyOnWriteArrayList<>();

    RoutesTest(TestDatabase db) {
        this.db = db;
        this.schema = db.engine() == Engine.POSTGRESQL ? "public" : db.name();
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        db.execute(
                "DROP TABLE IF EXISTS parcels",
                "DROP TABLE IF EXISTS letters",
                "CREATE TABLE parcels (id BIGINT PRIMARY KEY, kind VARCHAR(9), note VARCHAR(9), via VARCHAR(9))",
                "CREATE TABLE letters (id BIGINT PRIMARY KEY, kind VARCHAR(9), note VARCHAR(9), via VARCHAR(9))");
    }

    @BeforeEach
    void empty() {
        db.execute(
                "DELETE FROM parcels",
                "DELETE FROM letters",
                "DELETE FROM tally_position",
                "DELETE FROM tally_quarantine",
                "DELETE FROM tally_load");
    }

    @Test
    void a_row_that_goes_from_one_route_to_another_into_the_same_table_stays_there_as_the_other_route_makes_it()
            throws SQLException {
        Map<Long, String> model = new TreeMap<>();
        RecordedSource source = new RecordedSource(16);
        SplittableRandom random = new SplittableRandom(5);
        Map<Long, Row> rows = new HashMap<>();
        for (int i = 0; i < 150; i++) {
            source.commit(List.of(move(random, rows, model)));
        }
        try (Pipeline pipeline = start(
                source,
                route("kind == 'a'", "parcels", "note", "'A'"),
                route("kind == 'b'", "parcels", "note", "'B'"),
                route("kind == 'c'", "parcels", null, "'C'"))) {
            awaitApplied(pipeline, source);
            assertThat(parked()).isEmpty();
            assertThat(pipeline.status().targets().get(0).counts().missing())
                    .as("what never passed a filter is not missing")
                    .isZero();
        }
        assertThat(rows("parcels")).isEqualTo(model);
    }

    private Change move(SplittableRandom random, Map<Long, Row> rows, Map<Long, String> model) {
        long id = random.nextInt(12);
        Row before = rows.get(id);
        if (before != null && random.nextInt(5) == 0) {
            rows.remove(id);
            model.remove(id);
            return Change.delete(before);
        }
        String kind = List.of("a", "b", "c", "d").get(random.nextInt(4));
        String note = "n" + random.nextInt(100);
        Row after = Texts.row(orders, id, kind, note);
        rows.put(id, after);
        switch (kind) {
            case "a", "b" -> model.put(id, kind + " " + note + " " + kind.toUpperCase(java.util.Locale.ROOT));
            case "c" -> model.put(id, "c null C");
            default -> model.remove(id);
        }
        return before == null ? Change.insert(after) : Change.update(random.nextBoolean() ? before : null, after);
    }

    @Test
    void a_row_that_comes_into_a_filter_by_an_update_that_does_not_tell_all_of_it_waits_with_the_reason()
            throws SQLException {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(
                Change.insert(Texts.row(orders, 1, "a", "one")), Change.insert(Texts.row(orders, 2, "x", "two"))));
        source.commit(List.of(Change.update(null, Texts.row(orders, 1, "a", Texts.UNCHANGED))));
        source.commit(List.of(Change.update(null, Texts.row(orders, 2, "a", Texts.UNCHANGED))));
        source.commit(List.of(Change.update(null, Texts.row(orders, 3, Texts.UNCHANGED, "three"))));
        try (Pipeline pipeline = start(source, route("kind == 'a'", "parcels", "note", "'A'"))) {
            awaitApplied(pipeline, source);
        }
        assertThat(rows("parcels")).isEqualTo(Map.of(1L, "a one A"));
        assertThat(parked()).containsExactly("UPDATE", "UNMAPPED UPDATE");
        assertThat(errors()).allMatch(error -> error.contains("REPLICA IDENTITY FULL"));
        long id = number("SELECT MIN(id) FROM tally_quarantine");
        assertThatThrownBy(() -> desk().replay(id, writer(), Texts.KIM))
                .as("the row is not there yet")
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("copy the table anew");
    }

    @Test
    void what_one_leg_of_a_route_cannot_map_takes_nothing_from_the_others() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(Change.insert(Texts.row(orders, 1, "a", "7"))));
        source.commit(List.of(Change.insert(Texts.row(orders, 2, "a", "no number"))));
        try (Pipeline pipeline = start(
                source,
                new Route(ORDERS, null, List.of(to("parcels", "'p'", "kind"), to("letters", "note * 2", "kind"))))) {
            awaitApplied(pipeline, source);
        }
        assertThat(rows("parcels")).containsOnlyKeys(1L, 2L);
        assertThat(rows("letters")).containsOnlyKeys(1L);
        assertThat(parked()).containsExactly("UNMAPPED INSERT");
    }

    @Test
    void what_waits_is_void_once_its_table_was_emptied() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        source.commit(List.of(Change.insert(Texts.row(orders, 1, "a", "far too long"))));
        source.commit(List.of(Change.truncate(orders)));
        source.commit(List.of(Change.insert(Texts.row(orders, 1, "a", "new"))));
        source.commit(List.of(Change.insert(Texts.row(orders, 2, "a", "also too long"))));
        try (Pipeline pipeline = start(source, route("kind == 'a'", "parcels", "note", "'A'"))) {
            awaitApplied(pipeline, source);
        }
        assertThat(rows("parcels")).as("does not wait behind what is void").isEqualTo(Map.of(1L, "a new A"));
        assertThat(parked()).containsExactly("VOID INSERT", "INSERT");
        long id = number("SELECT MIN(id) FROM tally_quarantine");
        assertThatThrownBy(() -> desk().replay(id, writer(), Texts.KIM))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("emptied");
        assertThat(desk().standing().orElseThrow().quarantined()).isEqualTo(1);
        assertThat(desk().discard(id, Texts.KIM)).isEqualTo(1);
        assertThat(parked()).containsExactly("INSERT");
    }

    @Test
    void a_table_that_holds_rows_of_two_is_not_emptied_when_one_of_them_is() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        SourceTable others = Texts.table(new TableName("shop", "others"), "n_id", "kind", "note");
        source.commit(List.of(
                Change.insert(Texts.row(orders, 1, "a", "one")), Change.insert(Texts.row(others, 2, "a", "two"))));
        source.commit(List.of(Change.truncate(others)));
        Destination into = to("parcels", "'p'", "kind");
        try (Pipeline pipeline =
                start(source, new Route(ORDERS, null, List.of(into)), new Route(others.name(), null, List.of(into)))) {
            awaitApplied(pipeline, source);
        }
        assertThat(rows("parcels")).containsOnlyKeys(1L, 2L);
        assertThat(parked()).containsExactly("UNMAPPED TRUNCATE");
        assertThat(errors().get(0)).contains("shop.others was emptied", "parcels");
    }

    @Test
    void updates_with_an_old_image_that_keep_their_keys_are_written_together() throws SQLException {
        RecordedSource source = new RecordedSource(16);
        List<Change> inserts = new ArrayList<>();
        List<Change> updates = new ArrayList<>();
        for (int id = 0; id < 20; id++) {
            Row before = Texts.row(orders, id, "a", "old");
            inserts.add(Change.insert(before));
            updates.add(Change.update(before, Texts.row(orders, id, "a", "new")));
        }
        source.commit(inserts);
        source.commit(updates);
        try (Pipeline pipeline = start(source, route(null, "parcels", "note", "'A'"))) {
            awaitApplied(pipeline, source);
        }
        assertThat(rows("parcels").values()).hasSize(20).allMatch("a new A"::equals);
        assertThat(written)
                .allSatisfy(run -> assertThat(run.changes())
                        .hasSizeGreaterThanOrEqualTo(20)
                        .allMatch(change -> change.key() == null));
    }

    private static Route route(@Nullable String filter, String table, @Nullable String note, String via) {
        Map<String, Expression> columns = new HashMap<>(to(table, via, "kind").columns());
        if (note != null) {
            columns.put("note", Expression.parse(note));
        }
        return new Route(
                ORDERS,
                filter == null ? null : Expression.parse(filter),
                List.of(new Destination("db", new TableName("", table), Mode.MIRROR, columns)));
    }

    private static Destination to(String table, String via, String kind) {
        return new Destination(
                "db",
                new TableName("", table),
                Mode.MIRROR,
                Map.of("id", Expression.parse("n_id"), "kind", Expression.parse(kind), "via", Expression.parse(via)));
    }

    private Pipeline start(RecordedSource source, Route... routes) throws SQLException {
        PipelineSpec.Place nowhere = new PipelineSpec.Place("jdbc:none:", "", "", null);
        PipelineSpec spec = new PipelineSpec(
                "routes",
                new PipelineSpec.SourceSpec(nowhere, List.of(ORDERS), "none"),
                Map.of("db", nowhere),
                Arrays.asList(routes),
                SETTINGS);
        Map<Destination, TargetTable> tables = new HashMap<>();
        try (Connection connection = db.connect()) {
            for (Route route : routes) {
                for (Destination to : route.to()) {
                    TableName name = new TableName(schema, to.table().table());
                    TargetCatalog.Wanted wanted = new TargetCatalog.Wanted(
                            name, List.copyOf(to.columns().keySet()));
                    tables.put(
                            to,
                            TargetCatalog.of(connection).read(List.of(wanted)).get(0));
                }
            }
            Pipeline pipeline = Pipeline.of(
                    "routes",
                    source,
                    Set.of(ORDERS),
                    List.of(new ReplicatedTarget(
                            "db",
                            db.dataSource(),
                            Dialect.of(connection),
                            writer(),
                            new RouteMapping(spec, "db", tables::get))),
                    SETTINGS);
            pipeline.start();
            return pipeline;
        }
    }

    private RowWriter writer() throws SQLException {
        try (Connection connection = db.connect()) {
            BatchWriter batches = new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard());
            return (open, table, verb, changes) -> {
                written.add(new Run(table, verb, List.copyOf(changes)));
                return batches.write(open, table, verb, changes);
            };
        }
    }

    private PipelineDesk desk() {
        return PipelineDesk.at(Jdbc.on(db.dataSource()), "routes", "db");
    }

    private static void awaitApplied(Pipeline pipeline, RecordedSource source) {
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(pipeline.status().targets().get(0).position())
                                .isEqualTo(new Position("" + source.size())));
    }

    private List<String> parked() {
        return texts("SELECT operation AS t FROM tally_quarantine ORDER BY id");
    }

    private List<String> errors() {
        return texts("SELECT error AS t FROM tally_quarantine ORDER BY id");
    }

    private List<String> texts(String sql) {
        return Jdbc.on(db.dataSource()).autocommit(tx -> tx.query(sql, row -> row.string("t")));
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private Map<Long, String> rows(String table) throws SQLException {
        Map<Long, String> rows = new TreeMap<>();
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                var result = statement.executeQuery("SELECT id, kind, note, via FROM " + table)) {
            while (result.next()) {
                rows.put(
                        result.getLong(1), result.getString(2) + " " + result.getString(3) + " " + result.getString(4));
            }
        }
        return rows;
    }
}
