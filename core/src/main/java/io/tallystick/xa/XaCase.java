package io.tallystick.xa;

import io.tallystick.xa.DecisionStore.Order;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one transaction at one moment, for a person.
 *
 * @param since when the oldest of its prepared branches was prepared, or it was decided, or begun: the first of these that is known
 * @param heuristics evidence of branches that ended otherwise than decided, or by an order
 * @param orders what people ordered about it, the latest first
 * @param notes what could not be seen, and why
 */
public record XaCase(
        Gtrid gtrid,
        Phase phase,
        Home home,
        Instant since,
        List<Part> parts,
        List<HeuristicRecord> heuristics,
        List<Order> orders,
        List<String> notes) {

    public XaCase {
        parts = List.copyOf(parts);
        heuristics = List.copyOf(heuristics);
        orders = List.copyOf(orders);
        notes = List.copyOf(notes);
    }

    /** Where it stands by what is durable. */
    public enum Phase {
        /** Prepared, and neither a decision nor a tombstone is there: in doubt. */
        UNDECIDED,
        /** A decision to commit is durable; not every branch is known to have followed it. */
        DECIDED,
        /** A tombstone is durable: it is rolled back. */
        TOMBSTONE,
        /** The decision to commit was finished: all branches that it lists had acknowledged it. */
        FINISHED,
        /** Its decision store is not given, or does not answer: nobody can know. */
        UNKNOWN
    }

    /**
     * Where its decision lies.
     *
     * @param store the decision store's name; empty when it is not among those given
     * @param coordinatorLives whether the process that coordinates it has a lease there; false also when the phase is UNKNOWN, where nobody can
     *     say
     */
    public record Home(String store, boolean coordinatorLives) {}

    /**
     * One branch.
     *
     * @param resource its resource's name, or the address of another service
     * @param listed whether the decision, not finished yet, lists it
     * @param hint what helps to learn its fate, see {@link Vote.Prepared}; empty when it is not known
     * @param since when it was prepared; null when its resource does not say
     */
    public record Part(
            BranchXid xid,
            String resource,
            State state,
            boolean listed,
            String hint,
            String evidence,
            @Nullable Instant since) {

        /** As its resource shows it. */
        public enum State {
            /** Holds its locks until it is told. */
            PREPARED,
            /** Not among the prepared ones: it has ended, and the evidence may say how. */
            ABSENT,
            /** Its resource does not answer, or is not among those given. */
            NOT_SEEN
        }
    }

    /**
     * What a person can order.
     *
     * @param force whether it must be forced, because it may contradict what somebody decided or is about to decide
     * @param means what it does and risks; when it is impossible, why
     */
    public record Choice(Verdict verdict, boolean possible, boolean force, String means) {}

    /** Both orders, with what each does and risks. */
    public List<Choice> choices() {
        return XaChoices.of(this);
    }

    /** Its prepared branches, which hold locks. */
    public List<Part> prepared() {
        return parts.stream().filter(p -> p.state() == Part.State.PREPARED).toList();
    }
}
