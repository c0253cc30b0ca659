package io.tallystick.cdc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Writes many rows of one table with one kind of statement, in the fastest way the database has. Used by one thread, always in
 * the target's open transaction, which it neither begins nor ends; after an exception that transaction is rolled back.
 */
public interface RowWriter {

    /**
     * Does one verb to rows of one table. No two of them have the same key.
     *
     * @param changes at least one, all of this table and this verb, and for UPDATE with the same cells unchanged
     * @return how many rows were inserted, updated or deleted; −1 when the database does not say
     */
    int write(Connection connection, TargetTable table, TargetChange.Verb verb, List<TargetChange> changes)
            throws SQLException;
}
