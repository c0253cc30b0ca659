package io.tallystick.cdc.type;

import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.RejectedException;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of each column of a route between two databases, told before anything is written. Immutable.
 *
 * @param lines one for each cell of the route that is taken from the source, in the order of the target's columns
 */
public record TypeReport(TableName source, TableName target, List<Line> lines) {

    public TypeReport {
        lines = List.copyOf(lines);
    }

    /** What becomes of a column's values. */
    public enum Fate {
        /** The same type of the same engine: byte for byte. */
        SAME,
        /** Every value arrives, though perhaps in another form. */
        LOSSLESS,
        /** A value arrives whole, or its row is refused and set aside: nothing is changed without a word. */
        CHECKED,
        /** Part of a value may get lost. */
        LOSSY,
        /** There is no sensible way; the pipeline does not start. */
        REFUSED
    }

    /**
     * A column.
     *
     * @param how what happens, for a person; empty when there is nothing to say
     */
    public record Line(
            String sourceColumn, String sourceType, String targetColumn, String targetType, Fate fate, String how) {

        @Override
        public String toString() {
            return sourceColumn + " " + sourceType + " -> " + targetColumn + " " + targetType + ": " + fate
                    + (how.isEmpty() ? "" : ", " + how);
        }
    }

    /**
     * @param from for each column of the target the source's cell it is taken from, or −1 when it is computed
     * @param product what the source is: of one product with the target, equal spelling means equal types
     */
    public static TypeReport of(
            SourceTable source, TargetTable target, int[] from, TargetDialect product, TargetDialect dialect) {
        TypeRules rules = new TypeRules(product, dialect);
        List<Line> lines = new ArrayList<>();
        for (int cell = 0; cell < from.length; cell++) {
            if (from[cell] >= 0) {
                lines.add(rules.line(
                        source.columns().get(from[cell]), target.columns().get(cell)));
            }
        }
        return new TypeReport(source.name(), target.name(), lines);
    }

    public boolean isRefused() {
        return lines.stream().anyMatch(line -> line.fate() == Fate.REFUSED);
    }

    /** @throws RejectedException that names every refused column, when there is one */
    public void refuseWhenHopeless() {
        if (isRefused()) {
            throw new RejectedException("values of " + source + " cannot go into " + target + ": "
                    + String.join(
                            "; ",
                            lines.stream()
                                    .filter(line -> line.fate() == Fate.REFUSED)
                                    .map(Line::toString)
                                    .toList())
                    + "; change the column's type, leave the column out, or compute it in the route");
        }
    }

    /** One line for each column. */
    @Override
    public String toString() {
        return source + " -> " + target + "\n"
                + String.join("\n", lines.stream().map(line -> "  " + line).toList());
    }
}
