package io.tallystick.xa;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where decisions are made durable and races are settled: under the unique key of the gtrid stands either COMMIT or an ABORT tombstone,
 * never both. Right under duplicate node ids, paused zombies and clock skew, because nothing but the key decides.
 *
 * <p>Implementations are safe for use by many threads. Every method throws {@link io.tallystick.jdbc.UnavailableException} when
 * certainly nothing happened, for whatever reason (also a missing table or right: the message names it), and {@link
 * io.tallystick.jdbc.UnknownOutcomeException} when it may have happened. All but {@link #commit} may then simply be repeated.
 */
public interface DecisionStore extends AutoCloseable {

    /** The name by which {@link Gtrid#home()} refers to it. */
    String name();

    /**
     * What is durable about a transaction. Nothing means: there is no decision and one could still be written, or it was committed,
     * acknowledged by all branches and forgotten.
     */
    Optional<Verdict> lookup(Gtrid gtrid);

    /**
     * What is durable about one branch: COMMIT when a decision lists it, ABORT when there is a tombstone, or a decision that does not list
     * it. The second is a branch that its coordinator never heard of, because a request was repeated on the way; what was decided was
     * decided without it. So it is for as long as the row is kept, also when the decision is ended.
     *
     * @return nothing as {@link #lookup(Gtrid)}, and when the decision was ended by a release that did not keep its list
     */
    Optional<Verdict> lookup(BranchXid branch);

    /** The decision to commit with its branches, while it is not ended. */
    Optional<DecisionRecord> decision(Gtrid gtrid);

    /**
     * Makes the decision to commit durable; may gather those of several threads into one forced write. An interrupt does not end it.
     *
     * @return COMMIT, or ABORT when a tombstone was there first
     * @throws io.tallystick.jdbc.UnknownOutcomeException also when it was in one write with others and the write's answer was lost:
     *     ask by {@link #abort}
     */
    Verdict commit(DecisionRecord decision);

    /**
     * Writes the tombstone unless a decision is there. Waits, but not for ever, for a decision whose own transaction is still being
     * committed. Idempotent.
     *
     * <p>To be asked only by the transaction's own coordinator while it is in doubt, or for a branch that is still prepared: for a
     * transaction that was ended and forgotten it would say ABORT.
     *
     * @return ABORT when the tombstone is durable, COMMIT when a decision was there first
     * @throws io.tallystick.jdbc.UnavailableException also when that decision's transaction did not end in time
     */
    Verdict abort(Gtrid gtrid);

    /**
     * All branches have acknowledged: these decisions are finished. Lazy: never blocks, gathers, and may be lost in a crash (they are
     * then found {@link #unfinished} once more).
     *
     * <p>A decision of a life registered by this store object is forgotten. Any other is remembered as finished until {@link #purge},
     * because its coordinator may be paused and still in doubt: its {@link #abort} must find that it was committed. Its list stays with it,
     * for {@link #lookup(BranchXid)}.
     */
    void end(Collection<Gtrid> done);

    /** As {@link #end}, but they stay known to {@link #lookup(Gtrid)} until {@link #purge}: for those whose application was told "unknown". */
    void remember(Collection<Gtrid> done);

    /** The first of {@link #unfinished(int, Gtrid, int)}. */
    default List<DecisionRecord> unfinished(int cluster, int limit) {
        return unfinished(cluster, null, limit);
    }

    /**
     * Decisions of this cluster not yet ended, whoever made them, in the order of their keys: those of one life in the order in which
     * they began. By pages, so that decisions that cannot be finished (a resource that is gone) do not hide those behind them.
     *
     * @param after the last one of the page before, null for the first page
     */
    List<DecisionRecord> unfinished(int cluster, @Nullable Gtrid after, int limit);

    /** As {@link #unfinished(int, Gtrid, int)}, of all clusters: for a person who looks, and does not belong to any. */
    List<DecisionRecord> unfinishedOfAll(@Nullable Gtrid after, int limit);

    /** Registers a new life of a node: raises its epoch by compare-and-set and says it lives. */
    Life register(int cluster, long node, Duration lease);

    /**
     * Says that this life still lives.
     *
     * @return false when a newer life of the same node has been registered: nothing may be decided any more
     */
    boolean renew(Life life, Duration lease);

    /** Says that this life has ended orderly: others need not wait for its lease. */
    void leave(Life life);

    /** The lives that may still be deciding, by the store's own clock. */
    List<Life> living(int cluster);

    /** Keeps evidence; the same finding about the same branch once. */
    void heuristic(HeuristicRecord record);

    /** The latest first. */
    List<HeuristicRecord> heuristics(int limit);

    /** Writes who ordered what and why, before it is done. */
    void audit(Gtrid gtrid, String who, String what, String why, Instant at);

    /** What was ordered; the latest first. */
    List<Order> orders(int limit);

    /**
     * Deletes tombstones, and remembered ends, that are older than this by the store's clock and whose life does not live. Returns how
     * many; call again while it returns the limit.
     *
     * <p>A tombstone stands against one thing: the coordinator of that life, paused somewhere before its decision, wakes up and
     * writes COMMIT for branches that were rolled back. Neither a lease that ran out nor a newer epoch proves that it will not, for
     * the pause can lie behind any check. What ends the danger is that the pause ends: with its process, or with the sessions that
     * hold its open work (a decision that rides in a branch's commit dies with that session). So the age must be longer than any
     * pause that is believed possible; a week is the default of the callers, and less than a day is asking for trouble.
     */
    int purge(Duration age, int limit);

    /** Writes what {@link #end} has gathered. What was given to it (a data source) stays open. */
    @Override
    void close();

    /** One life of one process, from its start to its end. */
    record Life(int cluster, long node, int epoch) {

        /** Whether this life coordinates, or coordinated, that transaction. */
        public boolean owns(Gtrid gtrid) {
            return gtrid.cluster() == cluster && gtrid.node() == node && gtrid.epoch() == epoch;
        }

        /** The life that coordinates, or coordinated, this transaction. */
        public static Life of(Gtrid gtrid) {
            return new Life(gtrid.cluster(), gtrid.node(), gtrid.epoch());
        }
    }

    /** Something that a person ordered. */
    record Order(Gtrid gtrid, String who, String what, String why, Instant at) {}
}
