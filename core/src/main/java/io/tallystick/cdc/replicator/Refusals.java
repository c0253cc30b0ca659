package io.tallystick.cdc.replicator;

import io.tallystick.cdc.replicator.Replayed.Reason;
import io.tallystick.jdbc.TallystickException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What was refused again in a replay, grouped by what was said; values of the rows make no other reason. For one thread. */
final class Refusals {

    private static final int FIRST = 5;

    private final Map<Long, Refused> refused = new TreeMap<>();

    private record Refused(int changes, String table, String kind, String why) {}

    /**
     * Notes it, or that it was refused once more.
     *
     * @param last the change that was being made
     */
    void add(long id, Set<Long> chain, TallystickException why, @Nullable ParkedChange last) {
        String message = String.valueOf(why.getMessage());
        String table = last == null ? "" : last.table().toString();
        refused.put(id, new Refused(chain.size(), table, table + kind(message, last), message));
    }

    /** These were made now, or are gone. */
    void remove(Collection<Long> ids) {
        refused.keySet().removeAll(ids);
    }

    Collection<Long> ids() {
        return refused.keySet();
    }

    int changes() {
        return refused.values().stream().mapToInt(Refused::changes).sum();
    }

    List<Reason> reasons() {
        Map<String, Reason> byKind = new LinkedHashMap<>();
        refused.forEach((id, one) ->
                byKind.merge(one.kind, new Reason(one.table, one.changes, List.of(id), one.why), Refusals::together));
        return byKind.values().stream()
                .sorted(Comparator.comparingInt(Reason::changes).reversed())
                .toList();
    }

    private static Reason together(Reason first, Reason next) {
        List<Long> ids = new ArrayList<>(first.first());
        if (ids.size() < FIRST) {
            ids.addAll(next.first());
        }
        return new Reason(first.table(), first.changes() + next.changes(), ids, first.why());
    }

    /** The message without the values of the change and its number. */
    private static String kind(String message, @Nullable ParkedChange last) {
        if (last == null) {
            return message;
        }
        String kind = without(message, String.valueOf(last.id()));
        StoredChange stored = last.stored();
        for (Map<String, StoredChange.Value> cells :
                stored.row() == null ? List.of(stored.key()) : List.of(stored.key(), stored.row())) {
            for (StoredChange.Value value : cells.values()) {
                kind = value.text() == null ? kind : without(kind, value.text());
            }
        }
        return kind;
    }

    private static String without(String message, String value) {
        return value.isBlank()
                ? message
                : message.replaceAll("(?<![\\p{L}\\p{N}])" + Pattern.quote(value) + "(?![\\p{L}\\p{N}])", "…");
    }
}
