package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.replicator.RowByRow.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds, by trying, which changes of a transaction have to be set aside so that the database takes the others at its end. Rows that
 * hold each other up (foreign keys in a ring) are tried together, so what hinders nothing is set aside only where the tries end: in
 * parts that are halved, then once more what was left over, then all of that but one. For one thread.
 */
final class LateSieve {

    /** What is left over of large transactions is not tried again: that many tries would hold locks for too long. */
    private static final int MOST_AGAIN = 1_000;

    private static final int MOST_BUT_ONE = 32;

    private final CarefulApplier applier;
    private final List<TargetChange> changes;
    private final Position position;
    /** By their places among the changes. */
    private final TreeMap<Integer, Refusal> left = new TreeMap<>();

    private final Set<String> leftRows = new HashSet<>();
    private int made;

    LateSieve(CarefulApplier applier, List<TargetChange> changes, Position position) {
        this.applier = applier;
        this.changes = changes;
        this.position = position;
    }

    /** Makes all but {@link #left()}; how many they were. */
    int sift() {
        make(IntStream.range(0, changes.size()).boxed().toList());
        int before = Integer.MAX_VALUE;
        while (!left.isEmpty() && left.size() < before && left.size() <= MOST_AGAIN) {
            before = left.size();
            again();
        }
        return made;
    }

    /** What is to be set aside, in its order. */
    Collection<Refusal> left() {
        return left.values();
    }

    private void again() {
        List<Integer> places = List.copyOf(left.keySet());
        TreeMap<Integer, Refusal> known = new TreeMap<>(left);
        begin(new TreeMap<>());
        make(places);
        if (left.size() < places.size() || places.size() > MOST_BUT_ONE) {
            return;
        }
        for (int out : places) {
            begin(new TreeMap<>(known.subMap(out, true, out, true)));
            if (refusalOf(places.stream().filter(place -> place != out).toList()) == null) {
                return;
            }
        }
        begin(known);
    }

    private void begin(TreeMap<Integer, Refusal> with) {
        left.clear();
        left.putAll(with);
        lookAtRows();
    }

    private void lookAtRows() {
        leftRows.clear();
        left.values().forEach(refused -> leftRows.addAll(Quarantine.rowsOf(refused.change())));
    }

    private void make(List<Integer> places) {
        String why = places.isEmpty() ? null : refusalOf(places);
        if (why == null) {
            return;
        }
        if (places.size() == 1) {
            leave(places.get(0), new Refusal(changes.get(places.get(0)), why));
            return;
        }
        make(places.subList(0, places.size() / 2));
        make(places.subList(places.size() / 2, places.size()));
    }

    /** Makes them all, but for rows that are refused by themselves, or makes none and says why. */
    private @Nullable String refusalOf(List<Integer> places) {
        CarefulApplier.Undo undo = applier.undo();
        List<Integer> refusedHere = new ArrayList<>();
        int madeHere = 0;
        for (int place : places) {
            Refusal refused = make(changes.get(place));
            if (refused == null) {
                madeHere += applier.skipped() ? 0 : 1;
            } else {
                leave(place, refused);
                refusedHere.add(place);
            }
        }
        String why = applier.lateRefusal();
        if (why == null) {
            undo.release();
            made += madeHere;
            return null;
        }
        undo.rollback();
        if (!refusedHere.isEmpty()) {
            refusedHere.forEach(left::remove);
            lookAtRows();
        }
        return why;
    }

    private @Nullable Refusal make(TargetChange change) {
        boolean waits =
                !leftRows.isEmpty() && Quarantine.rowsOf(change).stream().anyMatch(leftRows::contains);
        return waits ? new Refusal(change, Quarantine.BEHIND) : applier.make(change, position);
    }

    private void leave(int place, Refusal refused) {
        left.put(place, refused);
        leftRows.addAll(Quarantine.rowsOf(refused.change()));
    }
}
