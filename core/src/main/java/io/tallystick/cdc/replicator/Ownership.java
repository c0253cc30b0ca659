package io.tallystick.cdc.replicator;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Whether the rows of a target's table can be told from those that the source does not have any more. A range of keys has to mean the
 * same rows in both databases, so only keys count that all of them sort alike.
 */
public final class Ownership {

    private Ownership() {}

    /**
     * Why not; empty when it can be told.
     *
     * @param from for each column of the target the source's cell that it is taken from, or −1
     * @param sameEngine whether both are databases of one family
     */
    public static Optional<String> hindrance(SourceTable source, TargetTable target, int[] from, boolean sameEngine) {
        int[] cells = keyCells(target, from);
        if (cells.length == 0 || Arrays.stream(cells).anyMatch(cell -> cell < 0)) {
            return Optional.of("its key is computed, or it has none");
        }
        if (!Arrays.equals(
                Arrays.stream(cells).sorted().toArray(),
                Arrays.stream(source.keyColumns()).sorted().toArray())) {
            return Optional.of("its key is not the one by which the log of " + source.name() + " names rows");
        }
        String unsorted = IntStream.range(0, cells.length)
                .filter(i -> !isSortedAlike(
                        source.columns().get(cells[i]),
                        target.columns().get(target.key().get(i)),
                        sameEngine))
                .mapToObj(i -> target.columns().get(target.key().get(i)).name())
                .collect(Collectors.joining(", "));
        return unsorted.isEmpty()
                ? Optional.empty()
                : Optional.of("two databases may sort its key differently (" + unsorted
                        + "): only whole numbers, and uuid between two PostgreSQL, are sure");
    }

    /** The source's cells that the target's key comes from. */
    public static int[] keyCells(TargetTable target, int[] from) {
        return target.key().stream().mapToInt(place -> from[place]).toArray();
    }

    private static boolean isSortedAlike(SourceColumn source, TargetColumn target, boolean sameEngine) {
        return switch (source.type().kind()) {
            case INTEGER -> target.kind() == ValueKind.INTEGER;
            // MariaDB has a type of this name too and sorts it otherwise; only PostgreSQL's types have numbers
            case UUID -> sameEngine && target.kind() == ValueKind.UUID && target.nativeType() != 0;
            default -> false;
        };
    }
}
