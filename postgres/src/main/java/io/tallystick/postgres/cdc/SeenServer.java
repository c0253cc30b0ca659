package io.tallystick.postgres.cdc;

import io.tallystick.cdc.DatabaseIdentity;

/** What is known of the server that was reached last: the database, and the history of its time lines. Thread-safe. */
final class SeenServer {

    private final WalAccess access;
    private volatile Known known = new Known(0, TimelineHistory.none());
    private volatile DatabaseIdentity database = DatabaseIdentity.UNKNOWN;

    SeenServer(WalAccess access) {
        this.access = access;
    }

    /** Which database its log was of; unknown before it was opened. */
    DatabaseIdentity database() {
        return database;
    }

    void database(DatabaseIdentity is) {
        database = is;
    }

    /** The history of this server, asked over an open connection to it. */
    TimelineHistory history(WalConnection connection, WalPosition server) {
        TimelineHistory history = connection.history(server.timeline());
        known = new Known(server.timeline(), history);
        return history;
    }

    /** A history that tells of this time line, for comparing positions across a promotion; connects when none is known. */
    TimelineHistory histories(int timeline) {
        Known last = known;
        if (last.timeline() >= timeline) {
            return last.history();
        }
        try (WalConnection connection = access.wal()) {
            return history(connection, connection.identity());
        }
    }

    private record Known(int timeline, TimelineHistory history) {}
}
