package io.tallystick.xa.database;

import java.sql.Connection;
import java.sql.SQLException;

/** What one kind of database does once for each physical connection, so that no transaction has to. */
interface SessionRules {

    /** Sets the session's limits and learns who it is; called before the connection is used, in the driver's default mode. */
    Session begin(Connection physical) throws SQLException;

    /** Ends that session at the server, from another connection: what it had open is rolled back and its locks go. */
    void kill(Connection other, Session session) throws SQLException;
}
