package io.tallystick.xa;

import java.sql.Connection;

/** A branch in a JDBC database. */
public interface JdbcBranch extends Branch {

    /**
     * A handle for the application, one physical connection for the whole branch: closing it gives nothing back, and commit, rollback
     * and setAutoCommit(true) are refused, because the transaction ends by its coordinator only.
     */
    Connection connection();
}
