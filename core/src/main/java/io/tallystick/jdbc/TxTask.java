package io.tallystick.jdbc;

/** Work inside one transaction that has no result. */
@FunctionalInterface
public interface TxTask {

    /** Any exception rolls the transaction back. */
    void run(Tx tx) throws Exception;
}
