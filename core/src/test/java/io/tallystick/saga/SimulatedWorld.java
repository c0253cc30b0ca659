package io.tallystick.saga;

import io.tallystick.message.OperationKey;
import io.tallystick.message.Phase;
import io.tallystick.message.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What really happened outside the engines: participants with a barrier, and the rows of local steps. The oracle of the
 * simulation; it never forgets.
 */
final class SimulatedWorld {

    /** One step of one business transaction, whatever saga id it got. */
    record Place(String businessKey, String step) {}

    private final RandomGenerator random;
    private final Map<OperationKey, Reply> replies = new HashMap<>();
    private final Set<OperationKey> tombstones = new HashSet<>();
    private final Map<Place, Integer> effects = new HashMap<>();
    private final Map<Place, Integer> localEffects = new HashMap<>();
    private final List<Runnable> staged = new ArrayList<>();
    private double refusals;

    SimulatedWorld(RandomGenerator random, double refusals) {
        this.random = random;
        this.refusals = refusals;
    }

    void refuseNothingAnyMore() {
        refusals = 0;
    }

    /** A participant's barrier and work in one transaction. */
    Reply perform(OperationKey key, Place place, boolean mayRefuse) {
        Reply known = replies.get(key);
        if (known != null) {
            return known;
        }
        Reply reply = key.phase() == Phase.ACTION ? act(key, place, mayRefuse) : undo(key, place);
        replies.put(key, reply);
        return reply;
    }

    private Reply act(OperationKey key, Place place, boolean mayRefuse) {
        if (tombstones.contains(key)) {
            return Reply.refused("TOO_LATE", "compensated before it came");
        }
        if (mayRefuse && random.nextDouble() < refusals) {
            return Reply.refused("NO", "not today");
        }
        effects.merge(place, 1, Integer::sum);
        return Reply.done();
    }

    private Reply undo(OperationKey key, Place place) {
        Reply action = replies.get(key.action());
        if (action == null) {
            tombstones.add(key.action());
        } else if (action instanceof Reply.Done) {
            effects.merge(place, -1, Integer::sum);
        }
        return Reply.done();
    }

    /** A local step inside a transaction of the store: kept only if that commits. */
    void local(Place place, int change, boolean mayRefuse) {
        if (change > 0 && mayRefuse && random.nextDouble() < refusals) {
            throw new StepRefused("NO", "not today");
        }
        staged.add(() -> localEffects.merge(place, change, Integer::sum));
    }

    void beginTransaction() {
        staged.clear();
    }

    void commitTransaction() {
        staged.forEach(Runnable::run);
        staged.clear();
    }

    int effect(Place place) {
        return effects.getOrDefault(place, 0) + localEffects.getOrDefault(place, 0);
    }

    Map<Place, Integer> localEffects() {
        return localEffects;
    }

    Map<Place, Integer> effects() {
        return effects;
    }
}
