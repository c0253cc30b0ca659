package io.tallystick.cdc.query;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.query.QueryPosition.Mark;
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
            TableVisit.Visit visit = new TableVisit.Visit(connection, dialect, clock);
            List<Change> changes = new ArrayList<>();
            List<KeysOf> keys = new ArrayList<>();
            for (QueryTable table : tables) {
                Window window =
                        Objects.requireNonNull(windows.get(table.source().name()));
                new TableVisit(visit, table, window, marks).read(changes, keys);
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
}
