package io.tallystick.cdc.query;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.query.QueryPosition.Mark;
import io.tallystick.cdc.query.QueryPosition.Place;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reading of one table in one visit, page by page in the order of change value and key. For one thread.
 */
final class TableVisit {

    private static final int PAGE_ROWS = 2_000;
    private static final int UNIT_ROWS = 10_000;
    private static final long UNIT_BYTES = 4L << 20;

    private final Connection connection;
    private final TargetDialect dialect;
    private final QueryTable table;
    private final Window window;
    private final Map<TableName, Mark> marks;
    private final Instant since;
    private final @Nullable BigDecimal clock;
    private final @Nullable BigDecimal bound;
    private @Nullable BigDecimal highest;
    private @Nullable Place place;

    /** The connection of a visit, and what the database's clock said at its beginning. */
    record Visit(Connection connection, TargetDialect dialect, Instant clock) {}

    /** @param marks of all tables; that of this one moves with the reading */
    TableVisit(Visit visit, QueryTable table, Window window, Map<TableName, Mark> marks) throws SQLException {
        Instant clock = visit.clock;
        Mark mark = marks.get(table.source().name());
        if (mark == null) {
            mark = Reading.fromNow(visit.connection, visit.dialect, table, clock);
        }
        this.connection = visit.connection;
        this.dialect = visit.dialect;
        this.table = table;
        this.window = window;
        this.marks = marks;
        this.bound = mark.bound();
        this.highest = mark.bound();
        this.place = mark.place();
        this.since = place == null ? clock : place.since();
        this.clock = table.scale().clock(clock);
    }

    void read(List<Change> changes, List<Reading.KeysOf> keys) throws SQLException {
        List<List<String>> touched = new ArrayList<>();
        int rows = 0;
        long bytes = 0;
        boolean ended = false;
        while (!ended && (rows < UNIT_ROWS && bytes < UNIT_BYTES || !wouldFit())) {
            List<Row> page = page();
            for (Row row : page) {
                take(row, changes, touched);
                bytes += row.weight();
            }
            rows += page.size();
            ended = page.size() < PAGE_ROWS;
        }
        marks.put(table.source().name(), ended ? finished() : new Mark(bound, place));
        if (!touched.isEmpty()) {
            keys.add(new Reading.KeysOf(table.source().name(), touched));
        }
    }

    /** Very long keys may not fit into a position: then this table is read to its end without one. */
    private boolean wouldFit() {
        Map<TableName, Mark> all = new LinkedHashMap<>(marks);
        all.put(table.source().name(), new Mark(bound, place));
        Map<String, Mark> named = new LinkedHashMap<>();
        all.forEach((name, mark) -> named.put(QueryPosition.nameOf(name), mark));
        return new QueryPosition(Long.MAX_VALUE, "12345678", since, named).fits();
    }

    private void take(Row row, List<Change> changes, List<List<String>> touched) {
        List<String> key = table.keyOf(row);
        BigDecimal change = table.scale().of(table.changeOf(row));
        if (!ChangeScale.isEndless(change)) {
            highest = highest == null ? change : highest.max(change);
        }
        place = new Place(since, table.textOf(row, table.change()), key);
        if (window.isNew(key, change, row)) {
            if (clock != null) {
                window.cameWith(change, clock);
            }
            changes.add(Change.put(row));
            touched.add(key);
        }
    }

    private Mark finished() {
        BigDecimal begun = table.scale().clock(since);
        BigDecimal next = begun == null || highest == null
                ? highest
                : reached(highest, begun).min(begun);
        if (next != null) {
            window.leave(next.subtract(table.scale().overlap()));
        }
        return new Mark(next, null);
    }

    /** While nothing happens the bound goes on with the clock, or the last rows would be read again for ever. */
    private BigDecimal reached(BigDecimal seen, BigDecimal begun) {
        BigDecimal writers = window.writersClock(begun);
        return writers == null ? seen : seen.max(writers);
    }

    private List<Row> page() throws SQLException {
        QueryCells cells = new QueryCells(dialect, table);
        List<Row> page = new ArrayList<>();
        try (PreparedStatement statement = query().prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                page.add(cells.row(rows));
            }
        }
        return page;
    }

    private QueryText query() {
        QueryText query = new QueryText(dialect, table).select();
        List<Integer> order = new ArrayList<>(List.of(table.change()));
        order.addAll(table.key());
        BigDecimal from = from();
        if (place != null) {
            query.beyond(order, valuesAt(place), ">", ">");
        } else if (from != null) {
            query.cell(table.change())
                    .add(" >= ")
                    .value(table.change(), table.scale().value(from));
        } else {
            query.cell(table.change()).add(" IS NOT NULL");
        }
        return query.inOrderOf(order, PAGE_ROWS);
    }

    /** Null to read from the beginning. */
    private @Nullable BigDecimal from() {
        BigDecimal from = bound == null ? null : bound.subtract(table.scale().overlap());
        return from == null || table.scale().isTooEarly(from) ? null : from;
    }

    private List<Object> valuesAt(Place at) {
        List<Object> values = new ArrayList<>();
        values.add(table.type(table.change()).keyValue(at.change()));
        values.addAll(table.valuesOf(at.key()));
        return values;
    }
}
