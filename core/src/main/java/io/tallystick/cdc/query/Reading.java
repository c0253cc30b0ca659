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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks tables for what changed since they were asked last. Each table is read from its bound less the overlap on, in the order of change
 * value and key, so that rows of one change value are neither lost nor doubled between two pages.
 *
 * <p>The bound is the database's clock before the reading, or, if that is lower, the clock of those who write the column, judged by the
 * freshest values seen: a value in the future hides nothing that comes after it. When the database's clock was set back the bound goes back with it. For one thread; after an
 * exception it is of no more use.
 */
final class Reading {

    private static final Logger LOG = LoggerFactory.getLogger(Reading.class);
    private static final int PAGE_ROWS = 2_000;
    private static final int UNIT_ROWS = 10_000;
    private static final long UNIT_BYTES = 4L << 20;
    private static final Duration JITTER = Duration.ofSeconds(1);

    private final QueryDatabase database;
    private final LongSupplier nanos;
    private final List<QueryTable> tables;
    private final Map<TableName, Window> windows = new LinkedHashMap<>();
    private final Map<TableName, Mark> marks = new LinkedHashMap<>();
    private Instant lastClock;
    private @Nullable Long lastNanos;

    Reading(QueryDatabase database, LongSupplier nanos, List<QueryTable> tables, QueryPosition after) {
        this.database = database;
        this.nanos = nanos;
        this.tables = tables;
        this.lastClock = after.clock();
        for (QueryTable table : tables) {
            TableName name = table.source().name();
            windows.put(name, new Window());
            after.mark(name).ifPresent(mark -> marks.put(name, mark));
        }
    }

    /** What one visit found: rows as they are now. */
    record Found(List<Change> changes, List<KeysOf> keys) {}

    /** The keys of rows of one table. */
    record KeysOf(TableName table, List<List<String>> keys) {}

    /**
     * Visits every table once, in the order of the file. One with very many changes is not finished by that, and those behind it wait for
     * it: their rows may point to its rows.
     */
    Found next() {
        return database.visit("asking for changes", (connection, dialect) -> {
            Instant clock = database.clock(connection, dialect);
            lookAtClock(clock);
            List<Change> changes = new ArrayList<>();
            List<KeysOf> keys = new ArrayList<>();
            for (QueryTable table : tables) {
                new TableVisit(connection, dialect, table, clock).read(changes, keys);
                Mark mark = marks.get(table.source().name());
                if (mark != null && mark.place() != null) {
                    break;
                }
            }
            return new Found(changes, keys);
        });
    }

    /** Whether a table was not read to its end. */
    boolean isUnderWay() {
        return marks.values().stream().anyMatch(mark -> mark.place() != null);
    }

    Instant clock() {
        return lastClock;
    }

    QueryPosition position(long stamp, String memory) {
        Map<String, Mark> named = new LinkedHashMap<>();
        marks.forEach((table, mark) -> named.put(QueryPosition.nameOf(table), mark));
        return new QueryPosition(stamp, memory, lastClock, named);
    }

    /** The row is gone: should one of this key come again, it is new. */
    void forget(TableName table, List<String> key) {
        Objects.requireNonNull(windows.get(table)).forget(key);
    }

    private void lookAtClock(Instant clock) {
        long now = nanos.getAsLong();
        Instant earliest = lastNanos == null ? clock : clock.minusNanos(now - lastNanos);
        boolean setBack = earliest.isBefore(lastClock.minus(JITTER));
        if (setBack) {
            LOG.warn(
                    "the clock of {} was set back: it says {}, and said {} before; {}",
                    database.name(),
                    clock,
                    lastClock,
                    lastNanos == null ? "all tables are read anew" : "everything since is read again");
        }
        for (QueryTable table : tables) {
            marks.computeIfPresent(
                    table.source().name(),
                    (name, mark) -> lowered(table, mark, earliest, setBack && lastNanos == null));
        }
        lastClock = clock;
        lastNanos = now;
    }

    /** What is written from now on may carry any value that the clock has shown since it was looked at last. */
    private static Mark lowered(QueryTable table, Mark mark, Instant earliest, boolean anew) {
        BigDecimal onScale = table.scale().clock(earliest);
        BigDecimal bound = mark.bound();
        if (onScale == null || bound == null) {
            return mark;
        }
        return anew ? new Mark(null, null) : new Mark(bound.min(onScale), mark.place());
    }

    /** The first mark of a table of which nothing was read: from now on. */
    static Mark fromNow(Connection connection, TargetDialect dialect, QueryTable table, Instant clock)
            throws SQLException {
        BigDecimal onScale = table.scale().clock(clock);
        BigDecimal highest = highest(connection, dialect, table);
        if (onScale == null || highest == null) {
            return new Mark(onScale == null ? highest : onScale, null);
        }
        return new Mark(onScale.min(highest), null);
    }

    /** Null for an empty table, and for one whose highest value is infinity. */
    static @Nullable BigDecimal highest(Connection connection, TargetDialect dialect, QueryTable table)
            throws SQLException {
        QueryText last = new QueryText(dialect, table)
                .select()
                .cell(table.change())
                .add(" IS NOT NULL ORDER BY ")
                .cell(table.change())
                .add(" DESC")
                .first();
        try (PreparedStatement statement = last.prepare(connection);
                ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
                return null;
            }
            BigDecimal found = table.scale().of(table.changeOf(new QueryCells(dialect, table).row(rows)));
            return ChangeScale.isEndless(found) ? null : found;
        }
    }

    /** The reading of one table in one visit. */
    private final class TableVisit {

        private final Connection connection;
        private final TargetDialect dialect;
        private final QueryTable table;
        private final Window window;
        private final Instant since;
        private final @Nullable BigDecimal clock;
        private final @Nullable BigDecimal bound;
        private @Nullable BigDecimal highest;
        private @Nullable Place place;

        TableVisit(Connection connection, TargetDialect dialect, QueryTable table, Instant clock) throws SQLException {
            TableName name = table.source().name();
            Mark mark = marks.get(name);
            if (mark == null) {
                mark = fromNow(connection, dialect, table, clock);
            }
            this.connection = connection;
            this.dialect = dialect;
            this.table = table;
            this.window = Objects.requireNonNull(windows.get(name));
            this.bound = mark.bound();
            this.highest = mark.bound();
            this.place = mark.place();
            this.since = place == null ? clock : place.since();
            this.clock = table.scale().clock(clock);
        }

        void read(List<Change> changes, List<KeysOf> keys) throws SQLException {
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
                keys.add(new KeysOf(table.source().name(), touched));
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
            BigDecimal from =
                    bound == null ? null : bound.subtract(table.scale().overlap());
            return from == null || table.scale().isTooEarly(from) ? null : from;
        }

        private List<Object> valuesAt(Place at) {
            List<Object> values = new ArrayList<>();
            values.add(table.type(table.change()).keyValue(at.change()));
            values.addAll(table.valuesOf(at.key()));
            return values;
        }
    }
}
