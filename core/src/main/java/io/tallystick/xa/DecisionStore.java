package io.tallystick.xa;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Where decisions are made durable and races are settled: under the unique key of the gtrid stands either COMMIT or an ABORT tombstone,
 * never both. Right under duplicate node ids, paused zombies and clock skew, because nothing but the key decides.
 *
 * <p>Implementations are safe for use by many threads. Every method throws {@link io.tallystick.jdbc.UnavailableException} when
 * certainly nothing happened, and {@link io.tallystick.jdbc.UnknownOutcomeException} when it may have happened.
 */
public interface DecisionStore extends AutoCloseable {

    /** The name by which {@link Gtrid#home()} refers to it. */
    String name();

    /** What is durable about a transaction; nothing means: no decision, and one could still be written. */
    Optional<Verdict> lookup(Gtrid gtrid);

    /** The decision to commit with its branches, while it is not ended. */
    Optional<DecisionRecord> decision(Gtrid gtrid);

    /**
     * Makes the decision to commit durable; may gather those of several threads into one forced write.
     *
     * @return COMMIT, or ABORT when a tombstone was there first
     */
    Verdict commit(DecisionRecord decision);

    /**
     * Writes the tombstone unless a decision is there. Waits for a decision whose own transaction is still being committed.
     *
     * @return ABORT when the tombstone is durable, COMMIT when a decision was there first
     */
    Verdict abort(Gtrid gtrid);

    /** All branches have acknowledged: these decisions may be forgotten. Lazy: may be lost in a crash, and may wait to gather. */
    void end(Collection<Gtrid> done);

    /** Decisions of this cluster not yet ended, oldest first, whoever made them. */
    List<DecisionRecord> unfinished(int cluster, int limit);

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

    /** Keeps evidence. */
    void heuristic(HeuristicRecord record);

    List<HeuristicRecord> heuristics(int limit);

    /** Writes who ordered what and why, before it is done. */
    void audit(Gtrid gtrid, String who, String what, String why, Instant at);

    /** Deletes tombstones older than this whose node has a newer life or is gone. Returns how many. */
    int purge(Duration age, int limit);

    @Override
    void close();

    /** One life of one process, from its start to its end. */
    record Life(int cluster, long node, int epoch) {

        /** Whether this life coordinates, or coordinated, that transaction. */
        public boolean owns(Gtrid gtrid) {
            return gtrid.cluster() == cluster && gtrid.node() == node && gtrid.epoch() == epoch;
        }
    }
}
