package io.tallystick.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * Work inside one transaction. It may be run more than once by {@link Jdbc#withRetryOnConflict}, so it must touch nothing but the
 * transaction.
 */
@FunctionalInterface
public interface TxWork<T extends @Nullable Object> {

    /** Any exception rolls the transaction back. */
    T run(Tx tx) throws Exception;
}
