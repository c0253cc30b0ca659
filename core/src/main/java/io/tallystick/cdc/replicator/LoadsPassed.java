package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the chunks ended that one session has written, table by table. What is read again begins at one of those keys and leaves nothing
 * out; a chunk that begins elsewhere was read for another target, or for an order that is void, and would hide rows that are still to
 * come. For one thread.
 */
final class LoadsPassed {

    /** More than can be on the way between the reading and a target; of older ones nothing comes any more. */
    private static final int MOST = 4_096;

    private final Map<TableName, Passed> tables = new HashMap<>();

    /** Whether nothing lies between what is there and the beginning of the chunk. */
    boolean leadTo(LoadState state, LoadedChunk chunk) {
        if (state.leadsTo(chunk)) {
            return true;
        }
        Passed passed = tables.get(state.table());
        return passed != null && passed.last.equals(state) && passed.keys.contains(chunk.after());
    }

    /** Notes that the copying has come from one state to the next. */
    void moved(LoadState before, LoadState after) {
        Passed passed = tables.get(before.table());
        Set<List<String>> keys = passed != null && passed.last.equals(before) ? passed.keys : new LinkedHashSet<>();
        add(keys, before.next());
        add(keys, after.next());
        tables.put(before.table(), new Passed(after, keys));
    }

    private static void add(Set<List<String>> keys, @Nullable List<String> key) {
        if (key != null && keys.add(key) && keys.size() > MOST) {
            keys.remove(Objects.requireNonNull(keys.iterator().next()));
        }
    }

    /**
     * The keys passed of one table.
     *
     * @param last as the copying was left; if it is found otherwise, it was ordered anew and nothing was passed
     */
    private record Passed(LoadState last, Set<List<String>> keys) {}
}
