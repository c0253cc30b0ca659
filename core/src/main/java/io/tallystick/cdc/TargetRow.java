package io.tallystick.cdc;

import org.jspecify.annotations.Nullable;

/**
 * A row for a target: each cell is either a cell of a source's row, still undecoded, or a value that a mapping computed.
 * Immutable by agreement. Safe for all threads.
 */
public final class TargetRow {

    /** In {@code from}: the cell is computed. */
    public static final int COMPUTED = -1;

    /** Among the computed values: the target keeps what it has, for what the value is computed from was not repeated by the log. */
    public static final Object UNCHANGED = new Object() {
        @Override
        public String toString() {
            return "unchanged";
        }
    };

    private final Row source;
    private final int[] from;
    private final @Nullable Object @Nullable [] computed;

    /**
     * @param from for each cell the source's cell it is taken from, or −1 when it is computed; shared by all rows of a route
     * @param computed the computed values at their places; null when there are none
     */
    public TargetRow(Row source, int[] from, @Nullable Object @Nullable [] computed) {
        this.source = source;
        this.from = from;
        this.computed = computed;
    }

    /** The row of the source that this row was made from. */
    public Row source() {
        return source;
    }

    public int size() {
        return from.length;
    }

    /** The source's cell that stands here undecoded, or −1 when the cell is computed. */
    public int sourceCell(int cell) {
        return from[cell];
    }

    /** Whether the target keeps what it has in this cell. */
    public boolean isUnchanged(int cell) {
        int at = from[cell];
        return at == COMPUTED ? computed != null && UNCHANGED.equals(computed[cell]) : source.isUnchanged(at);
    }

    /** Whether any cell is unchanged, so that the row cannot be inserted. */
    public boolean isPartial() {
        if (computed == null && !source.isPartial()) {
            return false;
        }
        for (int cell = 0; cell < from.length; cell++) {
            if (isUnchanged(cell)) {
                return true;
            }
        }
        return false;
    }

    /**
     * This row with the cells that the log left out taken from an earlier image of it, or null when the two were not made
     * alike and cannot be joined.
     */
    @Nullable
    public TargetRow onto(TargetRow earlier) {
        if (!isPartial()) {
            return this;
        }
        return from == earlier.from && source.table().equals(earlier.source.table())
                ? new TargetRow(source.onto(earlier.source), from, joined(earlier))
                : null;
    }

    private @Nullable Object @Nullable [] joined(TargetRow earlier) {
        if (computed == null || earlier.computed == null) {
            return computed;
        }
        @Nullable Object[] joined = computed.clone();
        for (int cell = 0; cell < joined.length; cell++) {
            joined[cell] = UNCHANGED.equals(computed[cell]) ? earlier.computed[cell] : computed[cell];
        }
        return joined;
    }

    /** The cell's value in the Java type of its kind, or null for NULL; not for an unchanged cell. */
    public @Nullable Object value(int cell) {
        int at = from[cell];
        if (at != COMPUTED) {
            return source.value(at);
        }
        return computed == null ? null : computed[cell];
    }
}
