package io.tallystick.xa;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the coordinator's shell has to do. */
sealed interface XaEffect {

    record Prepare(int branch) implements XaEffect {}

    /** The only branch commits by itself, without a decision. */
    record CommitAlone(int branch) implements XaEffect {}

    /** Makes the decision durable, for these prepared branches: within the commit of the last participant, or by the store itself. */
    record Decide(int lastParticipant, List<Integer> prepared) implements XaEffect {
        boolean byTheStore() {
            return lastParticipant == 0;
        }
    }

    /** Writes the tombstone to learn what is durable. */
    record Settle(boolean again) implements XaEffect {}

    record Commit(int branch, boolean again) implements XaEffect {}

    record Rollback(int branch, boolean again) implements XaEffect {}

    /** Looks for an absent branch among the prepared ones. */
    record LookFor(int branch) implements XaEffect {}

    /** Stores it; nothing is told to the application before that is done. */
    record KeepEvidence(int branch, Verdict decided, Ack.Heuristic heuristic) implements XaEffect {}

    /** The decision may be forgotten. */
    record End() implements XaEffect {}

    /** The application gets its answer. */
    record Tell(XaOutcome outcome, @Nullable String why) implements XaEffect {}

    /** All branches are prepared: the coordinator elsewhere gets their names. */
    record HandOver() implements XaEffect {}
}
