package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which of the changes that wait at a target hang together, and have to be made together: those of one row, however its key is spelt,
 * those of the rows whose key it gets or had, and those that were refused at the end of one source transaction. Holds keys and no
 * other values. For one thread.
 */
final class ParkedChains {

    private final String pipeline;
    private final Map<Long, Link> waiting = new TreeMap<>();
    private final Map<String, Set<Long>> byRow = new HashMap<>();
    private final Map<String, Set<Long>> byEnd = new HashMap<>();
    private final Map<String, Optional<HeldKeys>> keys = new HashMap<>();
    private long newest;

    ParkedChains(String pipeline) {
        this.pipeline = pipeline;
    }

    /**
     * A change that waits.
     *
     * @param row the key by which it waits
     * @param made the key that its row gets; the same unless it changes it
     * @param end the source transaction at whose end it was refused; null when it was not refused so
     */
    private record Link(
            long id,
            String table,
            String row,
            String made,
            @Nullable String end) {}

    /** Looks which came since the last look; what is void, and what no mapping could make anything of, hangs together with nothing. */
    void load(Tx tx) {
        tx.query(
                        "SELECT id, table_name, row_key, CASE WHEN operation = 'UPDATE' THEN image END AS made,"
                                + " CASE WHEN error LIKE '" + Quarantine.AT_THE_END + "%' THEN position END AS at_end"
                                + " FROM tally_quarantine WHERE pipeline = ? AND id > ? AND " + Quarantine.IN_FORCE
                                + " AND " + Quarantine.MAPPED + " ORDER BY id",
                        row -> {
                            String image = row.text("made");
                            String key = row.string("row_key");
                            return new Link(
                                    row.longValue("id"),
                                    row.string("table_name"),
                                    key,
                                    image == null
                                            ? key
                                            : StoredChange.parse(image).newKeyText(),
                                    row.text("at_end"));
                        },
                        pipeline,
                        newest)
                .forEach(link -> add(tx, link));
    }

    private void add(Tx tx, Link link) {
        newest = link.id;
        waiting.put(link.id, link);
        addRow(tx, link, link.row);
        addRow(tx, link, link.made);
        if (link.end != null) {
            byEnd.computeIfAbsent(link.end, any -> new TreeSet<>()).add(link.id);
        }
    }

    private void addRow(Tx tx, Link link, String row) {
        Set<Long> known = byRow.get(link.table + row);
        if (known == null) {
            known = new TreeSet<>();
            byRow.put(link.table + row, known);
            keysOf(tx, link.table, row).ifPresent(held -> held.add(row));
        }
        known.add(link.id);
    }

    /** None where the table cannot tell: it, or its key, is another one by now. */
    private Optional<HeldKeys> keysOf(Tx tx, String table, String row) {
        return keys.computeIfAbsent(table, name -> {
            List<String> columns = StoredChange.keyColumns(row);
            if (columns.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(new HeldKeys(TargetCatalog.of(tx.connection())
                        .read(List.of(new Wanted(TableName.parse(name), columns)))
                        .get(0)));
            } catch (RejectedException gone) {
                return Optional.empty();
            } catch (SQLException e) {
                throw SqlErrors.translate(e, tx.dialect(), false, "reading the key of " + name);
            }
        });
    }

    /** Begins anew: what is known may be gone. */
    void forget() {
        waiting.clear();
        byRow.clear();
        byEnd.clear();
        keys.clear();
        newest = 0;
    }

    /** To be called before many chains are asked for: keys that only the target can compare are compared at once. */
    void compareAll(Tx tx) {
        keys.values().forEach(held -> held.ifPresent(all -> all.compareAll(tx)));
    }

    /** The changes that hang together with this one, and itself, in their order; none when it does not wait. */
    Set<Long> chain(Tx tx, long id) {
        Set<Long> chain = new TreeSet<>();
        Set<String> seen = new HashSet<>();
        Deque<Long> next = new ArrayDeque<>(List.of(id));
        while (!next.isEmpty()) {
            Link link = waiting.get(next.remove());
            if (link != null && chain.add(link.id)) {
                next.addAll(ofRow(tx, link.table, link.row, seen));
                next.addAll(ofRow(tx, link.table, link.made, seen));
                if (link.end != null && seen.add(link.end)) {
                    next.addAll(byEnd.getOrDefault(link.end, Set.of()));
                }
            }
        }
        return chain;
    }

    private Set<Long> ofRow(Tx tx, String table, String row, Set<String> seen) {
        Set<Long> found = new TreeSet<>();
        if (seen.add(table + row)) {
            spellings(tx, table, row).forEach(one -> found.addAll(byRow.getOrDefault(table + one, Set.of())));
        }
        return found;
    }

    private Set<String> spellings(Tx tx, String table, String row) {
        Set<String> spellings = new TreeSet<>(Set.of(row));
        keys.getOrDefault(table, Optional.empty()).ifPresent(held -> spellings.addAll(held.spellings(tx, row)));
        return spellings;
    }

    /** The changes that wait for the same row as this one, and itself, in their order; none when it does not wait. */
    Set<Long> row(Tx tx, long id) {
        Set<Long> row = new TreeSet<>();
        Link asked = waiting.get(id);
        if (asked != null) {
            Set<String> spellings = spellings(tx, asked.table, asked.row);
            ofRow(tx, asked.table, asked.row, new HashSet<>()).stream()
                    .filter(one -> spellings.contains(link(one).row))
                    .forEach(row::add);
        }
        return row;
    }

    private Link link(long id) {
        return Objects.requireNonNull(waiting.get(id));
    }

    /** These wait no more. */
    void remove(Collection<Long> ids) {
        for (long id : ids) {
            Link link = waiting.remove(id);
            if (link != null) {
                byRow.getOrDefault(link.table + link.row, new HashSet<>()).remove(id);
                byRow.getOrDefault(link.table + link.made, new HashSet<>()).remove(id);
                if (link.end != null) {
                    byEnd.getOrDefault(link.end, new HashSet<>()).remove(id);
                }
            }
        }
    }
}
