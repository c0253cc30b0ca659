package io.tallystick.cdc.query;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds deleted rows: reads all keys of a table, range by range, and compares them with those that are remembered, table after table in
 * the order of the file. What is missing is handed out when all tables were read, the last table first: a row goes after those that
 * point to it, although the source may have deleted both in between. Each is asked for once more by itself right before. Works in
 * small steps between the other readings. For one thread.
 */
final class DeleteSearch implements AutoCloseable {

    private static final int RANGE = 10_000;

    private final QueryDatabase database;
    private final KeyMemory memory;
    private final List<QueryTable> tables;
    /**
     * Handed out by the last comparison and by this one, with the stamp: a key that the last one told, and that nobody has seen since, may
     * be forgotten once that is durable everywhere. Only of the last one: before that the row may have come back.
     */
    private final Map<TableName, Map<List<String>, Long>> told = new HashMap<>();

    private Map<List<String>, Long> toldBefore = Map.of();

    /** Of all tables, the last one on top. */
    private final Deque<Gone> missing = new ArrayDeque<>();

    private int table;
    private TableKeys.@Nullable Comparison comparison;
    private @Nullable List<String> after;
    private int part;
    private boolean allRead;

    DeleteSearch(QueryDatabase database, KeyMemory memory, List<QueryTable> tables) {
        this.database = database;
        this.memory = memory;
        this.tables = List.copyOf(tables);
        this.table = tables.size();
    }

    /** Rows of one table that are gone. */
    record Gone(QueryTable table, List<List<String>> keys) {

        List<Change> changes() {
            return keys.stream().map(key -> Change.delete(table.keyRow(key))).toList();
        }
    }

    boolean isUnderWay() {
        return table < tables.size() || !missing.isEmpty();
    }

    void begin() {
        table = 0;
    }

    /** One small step; null when it found nothing. */
    @Nullable
    Gone step(long durable) {
        if (table == tables.size()) {
            return stillGone(missing.pop());
        }
        QueryTable now = tables.get(table);
        TableKeys.Comparison under = comparison;
        if (under == null) {
            begin(now);
        } else if (!allRead) {
            readRange(now, under);
        } else {
            compare(now, under, durable);
        }
        return null;
    }

    private void begin(QueryTable now) {
        comparison = memory.of(now.source().name()).compare();
        Map<List<String>, Long> before = told.put(now.source().name(), new HashMap<>());
        toldBefore = before == null ? Map.of() : before;
        after = null;
        part = 0;
        allRead = false;
    }

    private void compare(QueryTable now, TableKeys.Comparison under, long durable) {
        Gone found = missing(now, under, durable);
        if (!found.keys.isEmpty()) {
            missing.push(found);
        }
        if (++part == KeyParts.COUNT) {
            under.finish();
            comparison = null;
            table++;
        }
    }

    /** These deletions were handed out under this stamp. */
    void told(Gone gone, long stamp) {
        Map<List<String>, Long> stamps =
                told.computeIfAbsent(gone.table.source().name(), name -> new HashMap<>());
        gone.keys.forEach(key -> stamps.put(key, stamp));
    }

    private void readRange(QueryTable now, TableKeys.Comparison into) {
        List<List<String>> keys =
                database.visit("reading keys of " + now.source().name(), (connection, dialect) -> {
                    QueryText query = new QueryText(dialect, now).select(now.key());
                    query = after == null ? query.add("1 = 1") : query.beyond(now.key(), now.valuesOf(after), ">", ">");
                    QueryCells cells = new QueryCells(dialect, now);
                    List<List<String>> found = new ArrayList<>();
                    try (PreparedStatement statement =
                                    query.inOrderOf(now.key(), RANGE).prepare(connection);
                            ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            found.add(cells.key(rows));
                        }
                    }
                    return found;
                });
        into.keep(keys);
        allRead = keys.size() < RANGE;
        after = keys.isEmpty() ? after : keys.get(keys.size() - 1);
    }

    private Gone missing(QueryTable now, TableKeys.Comparison from, long durable) {
        List<List<String>> keys = new ArrayList<>();
        from.missing(part).forEach((key, addedSince) -> {
            Long stamp = toldBefore.get(key);
            if (addedSince || stamp == null || stamp > durable) {
                keys.add(key);
            }
        });
        // not forgotten before the deletion is durable at the targets
        from.keep(keys);
        return new Gone(now, keys);
    }

    private @Nullable Gone stillGone(Gone found) {
        Set<List<String>> there = there(found.table, found.keys);
        List<List<String>> gone =
                found.keys.stream().filter(key -> !there.contains(key)).toList();
        return gone.isEmpty() ? null : new Gone(found.table, gone);
    }

    private Set<List<String>> there(QueryTable now, List<List<String>> keys) {
        return database.visit("asking for keys of " + now.source().name(), (connection, dialect) -> {
            Set<List<String>> there = new LinkedHashSet<>();
            for (List<String> key : keys) {
                QueryText query = new QueryText(dialect, now).select(now.key()).equal(now.key(), now.valuesOf(key));
                try (PreparedStatement statement = query.prepare(connection);
                        ResultSet rows = statement.executeQuery()) {
                    if (rows.next()) {
                        there.add(key);
                    }
                }
            }
            return there;
        });
    }

    /** Gives up a comparison that is under way. */
    @Override
    public void close() {
        TableKeys.Comparison under = comparison;
        comparison = null;
        if (under != null) {
            try {
                under.close();
            } catch (IOException e) {
                throw new UnavailableException("a comparison of keys cannot be given up: " + e, e);
            }
        }
    }
}
