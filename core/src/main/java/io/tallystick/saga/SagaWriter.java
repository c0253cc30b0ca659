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

    /** How long a batch waits for a business key that stands in another transaction. */
    enum Patience {
        /** Two seconds where a statement can have a limit of its own: whoever starts the same saga elsewhere has long ended. */
        USUAL,
        /** 50 ms on PostgreSQL, not at all on MariaDB, a second on MySQL, which counts in whole ones. */
        HARDLY_ANY
    }

    /** Stores the rows in a transaction of their own. */
    Result write(SagaStore.Lease lease, SagaRows rows, Patience patience);

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
