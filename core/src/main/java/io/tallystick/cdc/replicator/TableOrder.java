package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sorts tables by their foreign keys. Tables in a circle keep the order in which they came; the database will say if that is wrong. */
final class TableOrder {

    private TableOrder() {}

    static List<Coalescer.TableNet> parentsFirst(Map<TargetTable, Coalescer.TableNet> nets) {
        Map<TableName, Coalescer.TableNet> byName = new HashMap<>();
        nets.values().forEach(net -> byName.put(net.table().name(), net));
        List<Coalescer.TableNet> sorted = new ArrayList<>();
        Set<Coalescer.TableNet> visited = new HashSet<>();
        nets.values().forEach(net -> visit(net, byName, visited, sorted));
        return sorted;
    }

    private static void visit(
            Coalescer.TableNet net,
            Map<TableName, Coalescer.TableNet> byName,
            Set<Coalescer.TableNet> visited,
            List<Coalescer.TableNet> sorted) {
        if (!visited.add(net)) {
            return;
        }
        for (TableName parent : net.table().parents()) {
            Coalescer.TableNet above = byName.get(parent);
            if (above != null) {
                visit(above, byName, visited, sorted);
            }
        }
        sorted.add(net);
    }
}
