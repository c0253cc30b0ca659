package io.tallystick.cdc.file;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.RejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * What one change of the source makes by several legs. A leg that cannot be mapped takes nothing from the others. Legs into the same
 * table may be about the same row, one saying that it goes (it does not pass the leg's filter) and one what it is: it goes first, or
 * stays when the other leg sets everything anew. For one change.
 */
final class FanOut {

    private final List<Made> made = new ArrayList<>();
    private final List<RejectedException> refused = new ArrayList<>();

    private record Made(RouteCells leg, TargetChange change) {
        boolean isGone() {
            return change.verb() == Verb.DELETE;
        }

        boolean isOfTableOf(Made other) {
            return change.table().name().equals(other.change.table().name());
        }
    }

    /** Maps the change by one more leg. */
    void add(RouteCells leg, Change change) {
        List<Made> ofLeg = new ArrayList<>();
        try {
            leg.map(change, each -> ofLeg.add(new Made(leg, each)));
        } catch (RejectedException e) {
            refused.add(e);
            return;
        }
        ofLeg.forEach(this::put);
    }

    /** Rows of one table go before others of it come. */
    private void put(Made next) {
        int at = made.size();
        if (next.isGone()) {
            for (int i = made.size() - 1; i >= 0; i--) {
                if (!made.get(i).isGone() && made.get(i).isOfTableOf(next)) {
                    at = i;
                }
            }
        }
        made.add(at, next);
    }

    /** @throws RejectedException after everything that could be mapped, when something could not */
    void give(Consumer<TargetChange> out) {
        settle();
        made.forEach(each -> out.accept(each.change));
        if (!refused.isEmpty()) {
            RejectedException first = refused.get(0);
            refused.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    private void settle() {
        for (Made gone : List.copyOf(made)) {
            int puts = gone.isGone() ? placeOfPut(gone) : -1;
            if (puts >= 0) {
                settle(gone, made.get(puts), puts);
            } else if (gone.isGone() && isTold(gone)) {
                made.remove(gone);
            }
        }
    }

    private void settle(Made gone, Made put, int place) {
        TargetRow row = put.change.written();
        if (put.leg.setsAllOf(gone.leg, row)) {
            made.remove(gone);
        } else if (row.isPartial()) {
            made.remove(place);
            made.remove(gone);
            refused.add(
                    new RejectedException(
                            "a row of " + gone.change.table().name()
                                    + " may have come from one route to another, and the log did not tell all of it; make the source's"
                                    + " log repeat whole rows (PostgreSQL: REPLICA IDENTITY FULL; MariaDB, MySQL: binlog_row_image=FULL)"));
        } else if (put.change.verb() == Verb.UPDATE) {
            // what would be updated is deleted just before
            made.set(place, new Made(put.leg, new TargetChange(put.change.table(), Verb.UPSERT, null, row)));
        }
    }

    /** What another leg makes of the row that goes, or −1. */
    private int placeOfPut(Made gone) {
        for (int i = 0; i < made.size(); i++) {
            Made other = made.get(i);
            boolean puts = !other.isGone() && other.leg != gone.leg && other.isOfTableOf(gone);
            if (puts && isSameRow(gone.change, other.change)) {
                return i;
            }
        }
        return -1;
    }

    /** Whether another leg says the same before it. */
    private boolean isTold(Made gone) {
        return made.subList(0, Math.max(0, made.indexOf(gone))).stream()
                .anyMatch(other -> other.isGone() && other.isOfTableOf(gone) && isSameRow(gone.change, other.change));
    }

    private static boolean isSameRow(TargetChange one, TargetChange other) {
        TargetTable a = one.table();
        TargetTable b = other.table();
        if (a.key().size() != b.key().size()) {
            return false;
        }
        for (int place : a.key()) {
            int same = placeOf(b, a.columns().get(place).name());
            if (same < 0
                    || !Objects.deepEquals(
                            one.named().value(place), other.named().value(same))) {
                return false;
            }
        }
        return true;
    }

    private static int placeOf(TargetTable table, String column) {
        return table.key().stream()
                .filter(place -> table.columns().get(place).name().equals(column))
                .findFirst()
                .orElse(-1);
    }
}
