package io.tallystick.saga;

import io.tallystick.jdbc.Tx;
import java.util.Map;

/** How one kind of database stores batches in the fewest round trips. Thread-safe. */
interface SagaWriter {

    /**
     * What became of a batch.
     *
     * @param fenced the epoch is over: nothing is stored
     * @param existing starts whose business key was taken, with the saga that has it
     */
    record Result(boolean fenced, Map<SagaId, SagaId> existing) {
        static final Result FENCED = new Result(true, Map.of());
        static final Result ALL = new Result(false, Map.of());
    }

    /** Stores the rows in a transaction of their own. */
    Result write(SagaStore.Lease lease, SagaRows rows);

    /**
     * Stores the rows at the end of an open transaction, and may commit it in the same round trip. Of a fenced one
     * nothing is committed; the caller rolls back. So of a start whose key is taken and whose events stand in the rows:
     *
     * @throws io.tallystick.jdbc.DuplicateKeyException for such a start
     */
    Result finish(Tx tx, SagaStore.Lease lease, SagaRows rows);

    /** Stores a start in a transaction that somebody else commits. */
    Result startIn(Tx tx, SagaStore.Lease lease, SagaRows.Start start);
}
