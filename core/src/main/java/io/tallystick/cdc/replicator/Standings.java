package io.tallystick.cdc.replicator;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Where the targets stand, as the source may know it: one whose position lies in the spool's stretch counts as if it stood at the
 * stretch's end. For the thread of the reading.
 */
final class Standings {

    private final @Nullable PieceSpool spool;
    private final List<Flow> flows;
    private final BiPredicate<Position, Position> covers;

    /** @param covers whether the first position contains the second */
    Standings(@Nullable PieceSpool spool, List<Flow> flows, BiPredicate<Position, Position> covers) {
        this.spool = spool;
        this.flows = flows;
        this.covers = covers;
    }

    /** Where the source may think that this target stands; null when that is not known. */
    @Nullable
    Position standsFor(Flow flow) {
        Position durable = flow.progress().durable();
        PieceSpool.Range range = spool == null ? null : spool.range();
        if (spool == null || range == null) {
            return durable;
        }
        if (durable == null) {
            return spool.targets().contains(flow.target()) ? range.upTo() : null;
        }
        return lies(durable, range) ? range.upTo() : durable;
    }

    /** Whether what follows this position, up to a stretch's end, is in that stretch. */
    private boolean lies(Position position, PieceSpool.Range in) {
        return covers.test(position, in.after()) && !covers.test(position, in.upTo());
    }

    /** Null when no target's position is known, or when {@code all} are wanted and one is not. */
    @Nullable
    Position furthestBehind(boolean all) {
        Position furthest = null;
        for (Flow flow : flows) {
            Position stands = standsFor(flow);
            if (stands == null) {
                if (all) {
                    return null;
                }
            } else if (furthest == null || covers.test(furthest, stands)) {
                furthest = stands;
            }
        }
        return furthest;
    }

    /** Whether what this target lacks begins in this stretch, or it could not keep up before. */
    boolean goesRound(Flow flow, PieceSpool.@Nullable Range range) {
        Position durable = flow.progress().durable();
        if (flow.isTooSlow()) {
            return true;
        }
        if (spool == null) {
            return false;
        }
        return durable == null ? spool.targets().contains(flow.target()) : range != null && lies(durable, range);
    }

    /** Writes down for whom something lies in the spool, before the source is told anything that relies on it. */
    void note() {
        if (spool == null) {
            return;
        }
        PieceSpool.Range range = spool.range();
        Set<String> names = new TreeSet<>();
        for (Flow flow : flows) {
            Position durable = flow.progress().durable();
            boolean noted = spool.targets().contains(flow.target());
            if (durable == null
                    ? noted
                    : range != null && covers.test(durable, range.after()) && isBehind(flow, durable)) {
                names.add(flow.target());
            }
        }
        spool.targets(names);
    }

    private boolean isBehind(Flow flow, Position durable) {
        PieceSpool.Range range = spool == null ? null : spool.range();
        return flow.isTooSlow() || flow.isSpooled() || (range != null && !covers.test(durable, range.upTo()));
    }

    /** Whether a target has what comes up to this place. */
    private boolean has(Flow flow, Position place, Set<String> noted) {
        Position durable = flow.progress().durable();
        return durable == null ? !flow.isSpooled() && !noted.contains(flow.target()) : covers.test(durable, place);
    }

    /** Whether all have it. */
    boolean allHave(Position place, Set<String> noted) {
        return flows.stream().allMatch(flow -> has(flow, place, noted));
    }
}
