package io.tallystick.cdc.query;

import io.tallystick.cdc.Change;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds deleted rows: reads all keys of a table, range by range, and compares them with those that are remembered, table after table in
 * the order of the file. What is missing is handed out when all tables were read, the last table first: a row goes after those that
 * point to it, although the source may have deleted both in between. Each is asked for once more right before. Works in small steps
 * between the other readings, and holds no more keys in memory than one share, however many are gone. For one thread.
 */
final class DeleteSearch implements AutoCloseable {

    private static final int RANGE = 10_000;
    /** How many keys one question asks for. */
    private static final int ASKED = 100;

    private final QueryDatabase database;
    private final KeyMemory memory;
    private final List<Found> tables = new ArrayList<>();
    /** The one that is compared; behind the last one what is missing is handed out. */
    private int table;
    /** The one whose missing rows are handed out; −1 when none are left. */
    private int giving = -1;

    private TableKeys.@Nullable Comparison comparison;
    private @Nullable List<String> after;
    private KeyParts.@Nullable Share share;

    DeleteSearch(QueryDatabase database, KeyMemory memory, List<QueryTable> tables) {
        this.database = database;
        this.memory = memory;
        this.table = tables.size();
        Path scratch = memory.scratch();
        tables.forEach(each -> this.tables.add(found(each, scratch.resolve("" + this.tables.size()))));
    }

    private static Found found(QueryTable table, Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UnavailableException("a comparison of keys cannot use " + directory + ": " + e, e);
        }
        return new Found(table, new KeyQueue(directory.resolve("missing")), new ToldKeys(directory));
    }

    /**
     * What is known of one table.
     *
     * @param missing not in the source, and not handed out yet
     * @param told handed out by the last comparison and by this one
     */
    private record Found(QueryTable table, KeyQueue missing, ToldKeys told) {}

    /** Rows of one table that are gone. */
    record Gone(QueryTable table, List<List<String>> keys) {

        List<Change> changes() {
            return keys.stream().map(key -> Change.delete(table.keyRow(key))).toList();
        }
    }

    boolean isUnderWay() {
        return table < tables.size() || giving >= 0;
    }

    void begin() {
        table = 0;
    }

    /** One small step; null when it found nothing. */
    @Nullable
    Gone step(long durable) {
        if (table == tables.size()) {
            return stillGone(tables.get(giving));
        }
        Found now = tables.get(table);
        TableKeys.Comparison under = comparison;
        if (under == null) {
            begin(now);
        } else if (share == null) {
            readRange(now.table, under);
        } else {
            compare(now, under, durable, share);
        }
        return null;
    }

    private void begin(Found now) {
        comparison = memory.of(now.table.source().name()).compare();
        now.told.begin();
        after = null;
        share = null;
    }

    private void compare(Found now, TableKeys.Comparison under, long durable, KeyParts.Share one) {
        Map<List<String>, Long> toldBefore = now.told.before(one);
        List<List<String>> keys = new ArrayList<>();
        under.missing(one).forEach((key, addedSince) -> {
            Long stamp = toldBefore.get(key);
            if (addedSince || stamp == null || stamp > durable) {
                keys.add(key);
            }
        });
        keys.forEach(now.missing::add);
        // not forgotten before the deletion is durable at the targets
        under.keep(keys);
        if (!one.isLast()) {
            share = one.next();
        } else if (one.part() + 1 < KeyParts.COUNT) {
            share = under.share(one.part() + 1);
        } else {
            finish(under);
        }
    }

    private void finish(TableKeys.Comparison under) {
        under.finish();
        comparison = null;
        share = null;
        table++;
        if (table == tables.size()) {
            giving = tables.size() - 1;
            toNextMissing();
        }
    }

    private void toNextMissing() {
        while (giving >= 0 && tables.get(giving).missing.isEmpty()) {
            giving--;
        }
    }

    /** These deletions were handed out under this stamp. */
    void told(Gone gone, long stamp) {
        tables.stream()
                .filter(found -> found.table.equals(gone.table))
                .forEach(found -> found.told.add(gone.keys, stamp));
    }

    private void readRange(QueryTable now, TableKeys.Comparison into) {
        List<List<String>> keys =
                database.visit("reading keys of " + now.source().name(), (connection, dialect) -> {
                    QueryText query = new QueryText(dialect, now).select(now.key());
                    query = after == null ? query.add("1 = 1") : query.beyond(now.key(), now.valuesOf(after), ">", ">");
                    return keys(query.inOrderOf(now.key(), RANGE).prepare(connection), new QueryCells(dialect, now));
                });
        into.keep(keys);
        if (keys.size() < RANGE) {
            share = into.share(0);
        } else {
            after = keys.get(keys.size() - 1);
        }
    }

    private static List<List<String>> keys(PreparedStatement query, QueryCells cells) throws SQLException {
        List<List<String>> found = new ArrayList<>();
        try (PreparedStatement statement = query;
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(cells.key(rows));
            }
        }
        return found;
    }

    private @Nullable Gone stillGone(Found from) {
        List<List<String>> keys = from.missing.take(RANGE);
        toNextMissing();
        Set<List<String>> there = there(from.table, keys);
        List<List<String>> gone =
                keys.stream().filter(key -> !there.contains(key)).toList();
        return gone.isEmpty() ? null : new Gone(from.table, gone);
    }

    private Set<List<String>> there(QueryTable now, List<List<String>> keys) {
        return database.visit("asking for keys of " + now.source().name(), (connection, dialect) -> {
            Set<List<String>> there = new HashSet<>();
            QueryCells cells = new QueryCells(dialect, now);
            for (int from = 0; from < keys.size(); from += ASKED) {
                List<List<String>> some = keys.subList(from, Math.min(keys.size(), from + ASKED));
                List<List<String>> found =
                        keys(anyOf(new QueryText(dialect, now), now, some).prepare(connection), cells);
                if (new HashSet<>(some).containsAll(found)) {
                    there.addAll(found);
                    continue;
                }
                // the database takes a key for equal that is spelt otherwise: which one it is, it tells for each alone
                for (List<String> key : some) {
                    if (!keys(
                                    anyOf(new QueryText(dialect, now), now, List.of(key))
                                            .prepare(connection),
                                    cells)
                            .isEmpty()) {
                        there.add(key);
                    }
                }
            }
            return there;
        });
    }

    private static QueryText anyOf(QueryText query, QueryTable table, List<List<String>> keys) {
        query.select(table.key()).add("(");
        for (int i = 0; i < keys.size(); i++) {
            query.add(i == 0 ? "(" : ") OR (").equal(table.key(), table.valuesOf(keys.get(i)));
        }
        return query.add("))");
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
        for (Found found : tables) {
            found.missing.close();
            found.told.close();
        }
    }
}
