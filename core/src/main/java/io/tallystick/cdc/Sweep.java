package io.tallystick.cdc;

import io.tallystick.jdbc.SqlErrors;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what a target has and the source has no more: rows in the key range of a chunk that the chunk does not have and the log has
 * not touched since. In the transaction that writes the chunk. For one thread and one session.
 */
final class Sweep {

    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final int AT_ONCE = 10_000;

    private final TargetSession session;
    private final ReplicatedTarget target;
    private final Quarantine quarantine;
    private final String pipeline;

    Sweep(TargetSession session, ReplicatedTarget target, Quarantine quarantine, String pipeline) {
        this.session = session;
        this.target = target;
        this.quarantine = quarantine;
        this.pipeline = pipeline;
    }

    /**
     * Does nothing for tables whose rows do not belong to the source's table alone, and nothing outside of the part that was ordered
     * here: the chunk may have been read for more.
     */
    void after(LoadedChunk chunk, LoadState ordered) {
        SeenRows seen = chunk.seen();
        if (seen == null) {
            return;
        }
        for (Mirror mirror : target.mapping().mirrors(seen.table())) {
            try {
                Tally tally = withForeignKeys(new Range(mirror, chunk, ordered, seen));
                tell(mirror, chunk, tally);
            } catch (SQLException e) {
                throw SqlErrors.translate(
                        e,
                        target.dialect(),
                        false,
                        "deleting what the source has no more from "
                                + mirror.table().name() + " at target " + target.name());
            }
        }
    }

    /** Rows are copied without a look at foreign keys; deleted so they would leave orphans in tables that no route writes. */
    private Tally withForeignKeys(Range range) throws SQLException {
        if (session.checksForeignKeys()) {
            return range.sweep();
        }
        session.lookAtForeignKeys(true);
        Tally tally = range.sweep();
        session.lookAtForeignKeys(false);
        return tally;
    }

    private void tell(Mirror mirror, LoadedChunk chunk, Tally tally) {
        if (tally.deleted == 0 && tally.refused == 0) {
            return;
        }
        String range = chunk.after() == null && chunk.end() == null
                ? ""
                : ", keys after " + chunk.after() + " up to " + (chunk.end() == null ? "the end" : chunk.end());
        String text = tally.deleted + " rows of " + mirror.table().name() + " deleted that the source has no more"
                + range
                + (tally.refused == 0 ? "" : "; " + tally.refused + " stay, for the target refused: " + tally.error);
        PipelineBoard.audit(
                session.tx(),
                pipeline,
                new PipelineBoard.Audit(
                        "deleted", new PipelineOrders.Order("tallystick", "resync", java.time.Instant.EPOCH), text));
        LOG.info("target {}: {}", target.name(), text);
    }

    /** What became of rows that the source has no more. */
    private static final class Tally {
        private int deleted;
        private int refused;
        private @Nullable String error;
    }

    /** The rows of one table in the range of one chunk. */
    private final class Range {

        private final Mirror mirror;
        private final LoadedChunk chunk;
        private final LoadState ordered;
        private final SeenRows seen;
        private final TargetDialect dialect =
                TargetDialect.valueOf(target.dialect().name());
        /** Places of the target's columns, in the order of the range. */
        private final int[] order;
        /** For each key column of the source's table its place in {@link #order}. */
        private final int[] placeOfKey;
        /** Whether a deletion may be refused only at the commit. */
        private final boolean late = session.checksLate();

        Range(Mirror mirror, LoadedChunk chunk, LoadState ordered, SeenRows seen) {
            this.mirror = mirror;
            this.chunk = chunk;
            this.ordered = ordered;
            this.seen = seen;
            this.order = seen.order().stream().mapToInt(this::targetColumn).toArray();
            this.placeOfKey = Arrays.stream(seen.table().keyColumns())
                    .map(cell -> seen.order()
                            .indexOf(seen.table().columns().get(cell).name()))
                    .toArray();
        }

        private int targetColumn(String sourceColumn) {
            int cell = seen.table().indexOf(sourceColumn);
            int at = IntStream.range(0, mirror.keyCells().length)
                    .filter(i -> mirror.keyCells()[i] == cell)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(
                            "the key of " + mirror.table().name() + " lacks " + sourceColumn));
            return mirror.table().key().get(at);
        }

        Tally sweep() throws SQLException {
            Tally tally = new Tally();
            List<String> low = chunk.after();
            while (true) {
                List<List<String>> found = keys(low);
                List<List<String>> extra =
                        found.stream().filter(key -> !isSeen(key)).toList();
                delete(extra, tally);
                if (found.size() < AT_ONCE) {
                    return tally;
                }
                low = found.get(found.size() - 1);
            }
        }

        private boolean isSeen(List<String> key) {
            return seen.keys()
                    .contains(Arrays.stream(placeOfKey).mapToObj(key::get).toList());
        }

        private List<List<String>> keys(@Nullable List<String> low) throws SQLException {
            List<String> bounds = new ArrayList<>();
            List<Object> values = new ArrayList<>();
            for (List<String> after : both(low, ordered.from())) {
                bounds.add(bound(after, ">", ">", values));
            }
            for (List<String> end : both(chunk.end(), ordered.to())) {
                bounds.add(bound(end, "<", "<=", values));
            }
            String columns = Arrays.stream(order).mapToObj(this::name).collect(Collectors.joining(", "));
            String sql = "SELECT " + columns + " FROM "
                    + dialect.quote(mirror.table().name())
                    + (bounds.isEmpty() ? "" : " WHERE " + String.join(" AND ", bounds)) + " ORDER BY " + columns
                    + " LIMIT " + AT_ONCE;
            try (PreparedStatement query = session.connection().prepareStatement(sql)) {
                for (int i = 0; i < values.size(); i++) {
                    query.setObject(i + 1, values.get(i));
                }
                return read(query);
            }
        }

        /** Which of the two is narrower only the database can tell. */
        private static Set<List<String>> both(@Nullable List<String> one, @Nullable List<String> other) {
            return Stream.of(Optional.ofNullable(one), Optional.ofNullable(other))
                    .flatMap(Optional::stream)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        }

        /** A comparison of the whole key, spelt out because MariaDB and MySQL use no index for a comparison of tuples. */
        private String bound(List<String> key, String strict, String end, List<Object> values) {
            List<String> cases = new ArrayList<>();
            String first = name(order[0]) + strict + "= " + parameter(0, key, values);
            for (int i = 0; i < order.length; i++) {
                StringBuilder equal = new StringBuilder();
                for (int j = 0; j < i; j++) {
                    equal.append(name(order[j]))
                            .append(" = ")
                            .append(parameter(j, key, values))
                            .append(" AND ");
                }
                String compare = i == order.length - 1 ? end : strict;
                cases.add(equal + name(order[i]) + " " + compare + " " + parameter(i, key, values));
            }
            return "(" + first + " AND ((" + String.join(") OR (", cases) + ")))";
        }

        private String parameter(int place, List<String> key, List<Object> values) {
            Object value = typed(place, key.get(place));
            values.add(value instanceof BigInteger number ? new BigDecimal(number) : value);
            return "?";
        }

        private List<List<String>> read(PreparedStatement query) throws SQLException {
            List<List<String>> keys = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    List<String> key = new ArrayList<>(order.length);
                    for (int i = 0; i < order.length; i++) {
                        key.add(
                                isNumber(i)
                                        ? rows.getBigDecimal(i + 1)
                                                .toBigInteger()
                                                .toString()
                                        : rows.getString(i + 1));
                    }
                    keys.add(key);
                }
            }
            return keys;
        }

        private boolean isNumber(int place) {
            return mirror.table().columns().get(order[place]).kind() == ValueKind.INTEGER;
        }

        private Object typed(int place, String text) {
            return isNumber(place) ? number(text) : UUID.fromString(text);
        }

        private String name(int column) {
            return dialect.quote(mirror.table().columns().get(column).name());
        }

        private void delete(List<List<String>> keys, Tally tally) throws SQLException {
            List<TargetChange> changes = keys.stream()
                    .map(this::deletion)
                    .filter(change -> !quarantine.holds(change))
                    .toList();
            if (changes.isEmpty()) {
                return;
            }
            if (isDone(changes, tally)) {
                tally.deleted += changes.size();
                return;
            }
            for (TargetChange change : changes) {
                if (isDone(List.of(change), tally)) {
                    tally.deleted++;
                } else {
                    tally.refused++;
                }
            }
        }

        /** A foreign key may hold a row: it stays, and is told. */
        private boolean isDone(List<TargetChange> changes, Tally tally) throws SQLException {
            Savepoint before = session.savepoint();
            try {
                target.writer().write(session.connection(), mirror.table(), TargetChange.Verb.DELETE, changes);
                if (late) {
                    session.checkLate();
                }
                session.release(before);
                return true;
            } catch (SQLException e) {
                if (!SqlErrors.isDataRefused(e, target.dialect())) {
                    throw e;
                }
                session.rollbackTo(before);
                tally.error = e.getMessage();
                return false;
            }
        }

        private TargetChange deletion(List<String> key) {
            int columns = mirror.table().columns().size();
            @Nullable Object[] cells = new Object[columns];
            Arrays.fill(cells, TargetRow.UNCHANGED);
            int[] from = new int[columns];
            Arrays.fill(from, TargetRow.COMPUTED);
            for (int i = 0; i < order.length; i++) {
                cells[order[i]] = typed(i, key.get(i));
            }
            Row nothing = Row.over(new SourceTable(mirror.table().name(), List.of()), new byte[0])
                    .build();
            return new TargetChange(
                    mirror.table(), TargetChange.Verb.DELETE, new TargetRow(nothing, from, cells), null);
        }

        private static Object number(String text) {
            BigInteger number = new BigInteger(text);
            return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
        }
    }
}
