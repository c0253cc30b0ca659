package io.tallystick.jdbc;

import java.util.Optional;

/**
 * Finds out what became of a transaction whose COMMIT reply was lost. Only databases that remember the fate of a transaction id have
 * one (PostgreSQL); elsewhere the row that the transaction inserted first is the witness. Implementations are thread-safe.
 */
public interface CommitProbe {

    /** The transaction's own id, to be kept outside the database before the commit; it makes the transaction a writing one. */
    String ticket(Tx tx);

    /**
     * What happened to the transaction with this ticket. Empty when the database no longer knows.
     *
     * @throws UnavailableException when the database cannot be asked now
     */
    Optional<Fate> fate(String ticket);

    /** What became of a transaction. */
    enum Fate {
        COMMITTED,
        ROLLED_BACK,
        /** Still open, or its server process is still finishing: ask again. */
        RUNNING
    }
}
