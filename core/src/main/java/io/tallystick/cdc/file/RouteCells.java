package io.tallystick.cdc.file;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.PipelineSpec.AddedColumns;
import io.tallystick.cdc.file.RouteMapping.Leg;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A destination prepared for one shape of the source's table: where each cell comes from. */
final class RouteCells {

    private final Leg leg;
    private final SourceTable source;
    private final TargetTable target;
    private final int[] from;
    private final @Nullable Expression[] computed;
    /** Cells of columns that the source's table did not have yet: the target keeps what it has, or its default. */
    private final BitSet notYet;

    private final boolean anyComputed;

    private RouteCells(Leg leg, SourceTable source, int[] from, @Nullable Expression[] computed, BitSet notYet) {
        this.leg = leg;
        this.source = source;
        this.target = leg.table();
        this.from = from;
        this.computed = computed;
        this.notYet = notYet;
        boolean any = !notYet.isEmpty();
        for (Expression each : computed) {
            any |= each != null;
        }
        this.anyComputed = any;
    }

    /** @throws UnavailableException naming every column that the source does not have: not the row is wrong but the file, or the table,
     *     and until one is mended the target waits */
    static RouteCells of(SourceTable source, Leg leg, @Nullable Growth growth) {
        if (growth != null) {
            wantAll(source, leg, growth);
        }
        BitSet notYet = new BitSet();
        List<TargetColumn> columns = leg.table().columns();
        int[] from = new int[columns.size()];
        @Nullable Expression[] computed = new Expression[columns.size()];
        List<String> lost = new ArrayList<>();
        for (int cell = 0; cell < from.length; cell++) {
            String name = columns.get(cell).name();
            Expression set = leg.destination().columns().get(name);
            String copied = set == null ? name : set.onlyColumn();
            from[cell] = copied == null ? TargetRow.COMPUTED : source.indexOf(copied);
            if (copied == null && set != null) {
                computed[cell] = set;
                set.columns().stream()
                        .filter(column -> source.indexOf(column) < 0)
                        .forEach(lost::add);
            } else if (from[cell] < 0 && growth != null && growth.hasNow(source.name(), String.valueOf(copied))) {
                notYet.set(cell);
            } else if (from[cell] < 0) {
                lost.add(String.valueOf(copied));
            }
        }
        if (!lost.isEmpty()) {
            throw new UnavailableException(
                    source.name() + " has no column " + String.join(", ", lost) + ", which the route to "
                            + leg.table().name() + " reads; " + mend(leg, lost),
                    null);
        }
        return new RouteCells(leg, source, from, computed, notYet);
    }

    /** A column that is computed there does not lack a source when it is dropped: only the route can be corrected. */
    private static String mend(Leg leg, List<String> lost) {
        String route = "correct the route in the file and start it again";
        return leg.destination().columns().isEmpty()
                ? route + ", or drop the column there: ALTER TABLE "
                        + leg.table().name() + " DROP COLUMN " + String.join(", DROP COLUMN ", lost)
                : route;
    }

    /** @throws Growth.ColumnsMissing when the route is to carry columns that the target's table lacks */
    private static void wantAll(SourceTable source, Leg leg, Growth growth) {
        AddedColumns policy = leg.destination().added();
        if (policy == AddedColumns.IGNORE) {
            return;
        }
        Set<String> there =
                leg.table().columns().stream().map(TargetColumn::name).collect(Collectors.toSet());
        List<String> statements = source.columns().stream()
                .filter(column -> !there.contains(column.name()))
                .map(column -> growth.statement(leg.table().name(), column))
                .toList();
        if (!statements.isEmpty()) {
            throw new Growth.ColumnsMissing(
                    source.name(),
                    source.name() + " has columns that " + leg.table().name() + " lacks: "
                            + String.join("; ", statements),
                    policy == AddedColumns.FOLLOW ? statements : List.of());
        }
    }

    /** Whether nothing of another leg's row is left under this one, which has the same key and belongs to the same table. */
    boolean setsAllOf(RouteCells other, TargetRow row) {
        for (TargetColumn column : other.target.columns()) {
            int cell =
                    target.columns().stream().map(TargetColumn::name).toList().indexOf(column.name());
            if (cell < 0 || row.isUnchanged(cell) && !recipe(column).equals(other.recipe(column))) {
                return false;
            }
        }
        return true;
    }

    private String recipe(TargetColumn column) {
        Expression set = leg.destination().columns().get(column.name());
        String copied = set == null ? column.name() : set.onlyColumn();
        return copied == null ? set + "" : copied;
    }

    /** For each column of the target the source's cell it is taken from, or −1 when it is computed. */
    int[] from() {
        return from.clone();
    }

    void map(Change change, Consumer<TargetChange> out) {
        switch (change.operation()) {
            case INSERT -> put(change, out);
            case UPDATE -> update(change, out);
            case PUT -> putOrTakeAway(change, out);
            case DELETE -> delete(change, out);
            case TRUNCATE -> throw new IllegalArgumentException("TRUNCATE is about no row");
        }
    }

    private void put(Change change, Consumer<TargetChange> out) {
        Row after = change.after();
        if (after != null && passes(after)) {
            Verb verb = switch (leg.destination().mode()) {
                case MIRROR -> Verb.INSERT;
                case INSERT_IF_ABSENT -> Verb.INSERT_IF_ABSENT;
                case OWNED -> Verb.UPSERT;
            };
            out.accept(new TargetChange(target, verb, null, row(after)));
        }
    }

    /** A row that may have been here before: when the filter lets it through no longer, it goes. */
    private void putOrTakeAway(Change change, Consumer<TargetChange> out) {
        Row after = change.after();
        boolean madeOnce = leg.destination().mode() == PipelineSpec.Mode.INSERT_IF_ABSENT;
        if (after != null && passes(after)) {
            out.accept(new TargetChange(target, madeOnce ? Verb.INSERT_IF_ABSENT : Verb.UPSERT, null, row(after)));
        } else if (after != null && !madeOnce) {
            out.accept(new TargetChange(target, Verb.DELETE, keyRow(after), null));
        }
    }

    private void update(Change change, Consumer<TargetChange> out) {
        Row after = change.after();
        Row before = change.before();
        if (after == null) {
            return;
        }
        if (leg.destination().mode() == PipelineSpec.Mode.INSERT_IF_ABSENT) {
            enter(before, after, out);
            return;
        }
        TargetRow key = before == null ? null : keyRow(before);
        if (leg.route().filter() == null) {
            out.accept(new TargetChange(target, Verb.UPDATE, key, row(after)));
        } else if (!passes(after)) {
            // the row may have passed before: whether it did is not always known, and deleting nothing does no harm
            out.accept(new TargetChange(target, Verb.DELETE, key == null ? keyRow(after) : key, null));
        } else if (after.isPartial()) {
            out.accept(new TargetChange(target, Verb.UPDATE, key, row(after)));
        } else {
            TargetRow now = row(after);
            if (key != null && !isSameKey(key, now)) {
                out.accept(new TargetChange(target, Verb.DELETE, key, null));
            }
            out.accept(new TargetChange(target, Verb.UPSERT, null, now));
        }
    }

    /** A row is made once when it comes into the filter; where the log does not tell whether it was inside before, it may be made again. */
    private void enter(@Nullable Row before, Row after, Consumer<TargetChange> out) {
        Expression filter = leg.route().filter();
        if (filter == null || !passes(after)) {
            return;
        }
        boolean told = before != null && tells(before, filter);
        boolean wasInside = before != null && told && passes(before);
        TargetRow row = row(after);
        if (wasInside || !told && row.isPartial()) {
            return;
        }
        if (row.isPartial()) {
            throw notRepeated("the route into " + target.name(), "a whole row");
        }
        out.accept(new TargetChange(target, Verb.INSERT_IF_ABSENT, null, row));
    }

    /** An old image of PostgreSQL shows NULL for what is no part of the replica identity, one of MariaDB or MySQL leaves it out or shows it. */
    private boolean tells(Row before, Expression filter) {
        return filter.columns().stream()
                .map(source::indexOf)
                .allMatch(at -> at >= 0
                        && !before.isUnchanged(at)
                        && (source.columns().get(at).key() || !before.isNull(at)));
    }

    private boolean isSameKey(TargetRow one, TargetRow other) {
        return target.key().stream().allMatch(cell -> Objects.deepEquals(one.value(cell), other.value(cell)));
    }

    private void delete(Change change, Consumer<TargetChange> out) {
        Row before = change.before();
        if (before != null && leg.destination().mode() != PipelineSpec.Mode.INSERT_IF_ABSENT) {
            out.accept(new TargetChange(target, Verb.DELETE, keyRow(before), null));
        }
    }

    private boolean passes(Row row) {
        Expression filter = leg.route().filter();
        return filter == null || Boolean.TRUE.equals(filter.value(column -> cell(row, column)));
    }

    private TargetRow row(Row row) {
        if (!anyComputed) {
            return new TargetRow(row, from, null);
        }
        @Nullable Object[] values = new Object[from.length];
        for (int cell = 0; cell < from.length; cell++) {
            Expression expression = computed[cell];
            if (notYet.get(cell)) {
                values[cell] = TargetRow.UNCHANGED;
            } else if (expression != null) {
                values[cell] = isComplete(expression, row)
                        ? expression.value(column -> cell(row, column))
                        : TargetRow.UNCHANGED;
            }
        }
        return new TargetRow(row, from, values);
    }

    /** Only the key's cells: an old image often has no others. */
    private TargetRow keyRow(Row row) {
        if (!anyComputed) {
            return new TargetRow(row, from, null);
        }
        @Nullable Object[] values = new Object[from.length];
        for (int cell : target.key()) {
            Expression expression = computed[cell];
            if (expression != null) {
                values[cell] = expression.value(column -> cell(row, column));
            }
        }
        return new TargetRow(row, from, values);
    }

    private boolean isComplete(Expression expression, Row row) {
        List<String> left = expression.columns().stream()
                .filter(column -> row.isUnchanged(source.indexOf(column)))
                .toList();
        if (!left.isEmpty() && left.size() < expression.columns().size()) {
            throw notRepeated("'" + expression + "' for " + target.name(), String.join(", ", left));
        }
        return left.isEmpty();
    }

    private RejectedException notRepeated(String who, String what) {
        return new RejectedException(who + " needs " + what + ", which the log of " + source.name()
                + " did not repeat; make it repeat whole rows (PostgreSQL: ALTER TABLE " + source.name()
                + " REPLICA IDENTITY FULL; MariaDB, MySQL: binlog_row_image=FULL)");
    }

    private @Nullable Object cell(Row row, String column) {
        int at = source.indexOf(column);
        if (at < 0) {
            throw new RejectedException(source.name() + " has no column " + column);
        }
        if (row.isUnchanged(at)) {
            throw notRepeated("the route into " + target.name(), column);
        }
        return row.value(at);
    }
}
