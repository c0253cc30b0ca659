package io.tallystick.xa;

import java.sql.Connection;
import java.sql.SQLException;

/** A JDBC database that takes part. */
public interface JdbcBranchDriver extends BranchDriver {

    @Override
    JdbcBranch open(Opening opening);

    /** A connection outside any transaction, in autocommit mode, from the same pool; closing it gives it back. */
    Connection outside() throws SQLException;
}
