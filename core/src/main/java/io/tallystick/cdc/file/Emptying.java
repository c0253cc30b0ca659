package io.tallystick.cdc.file;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.PipelineSpec.Mode;
import io.tallystick.cdc.file.RouteMapping.Leg;
import io.tallystick.jdbc.RejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What becomes of a target's tables when a table of the source is emptied: those that hold its rows and no others are emptied too.
 * Where other rows stand among them, nobody can tell which have to go: that is said, and not passed over.
 */
record Emptying(List<TargetTable> emptied, List<String> left) {

    static Emptying of(TableName source, List<Leg> legs, Map<TableName, Set<TableName>> origins) {
        List<TargetTable> emptied = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (Leg leg : legs) {
            TableName table = leg.table().name();
            Mode mode = leg.destination().mode();
            if (mode == Mode.OWNED) {
                left.add(table + " (mode owned: the table may hold rows of its own)");
            } else if (mode == Mode.MIRROR
                    && origins.getOrDefault(table, Set.of()).size() > 1) {
                left.add(table + " (it holds rows of " + origins.get(table) + ")");
            } else if (mode == Mode.MIRROR
                    && emptied.stream().noneMatch(known -> known.name().equals(table))) {
                emptied.add(leg.table());
            }
        }
        if (left.isEmpty()) {
            return new Emptying(emptied, List.of());
        }
        return new Emptying(
                emptied,
                List.of(source + " was emptied (TRUNCATE); its rows are left in " + String.join(", ", left)
                        + "; delete them there, then discard this change"));
    }

    /** @throws RejectedException after what can be done, when rows are left */
    void give(Consumer<TargetChange> out) {
        emptied.forEach(table -> out.accept(new TargetChange(table, Verb.TRUNCATE, null, null)));
        if (!left.isEmpty()) {
            throw new RejectedException(left.get(0));
        }
    }
}
