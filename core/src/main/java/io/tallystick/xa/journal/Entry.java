package io.tallystick.xa.journal;

import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.DecisionStore.Order;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import java.time.Instant;

/** What a journal can say. */
sealed interface Entry {

    record Decided(DecisionRecord decision) implements Entry {}

    record Tombstone(Gtrid gtrid, Instant at) implements Entry {}

    /** Committed and finished, but still to be asked for. */
    record Remembered(Gtrid gtrid, Instant at) implements Entry {}

    /** Nothing is to be known of it any more. */
    record Forgotten(Gtrid gtrid) implements Entry {}

    /** The newest life of a node. */
    record Registered(Life life) implements Entry {}

    record Evidence(HeuristicRecord record) implements Entry {}

    record Ordered(Order order) implements Entry {}
}
