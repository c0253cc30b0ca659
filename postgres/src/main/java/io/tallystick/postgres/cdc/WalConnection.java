package io.tallystick.postgres.cdc;

import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A connection to a walsender. Until {@link #start} it is the driver's; from then on its socket is ours and the driver only
 * holds it. For one thread.
 */
final class WalConnection implements AutoCloseable {

    /** Decoding begins at the slot's oldest running transaction, which can lie far behind. */
    private static final Duration START = Duration.ofSeconds(60);

    private final Connection connection;
    private final Socket socket;
    private final WalAccess access;

    WalConnection(Connection connection, Socket socket, WalAccess access) {
        this.connection = connection;
        this.socket = socket;
        this.access = access;
    }

    /** Which system this is, on which time line, and how far its log is on disk. */
    WalPosition identity() {
        return ask(
                "IDENTIFY_SYSTEM",
                rows -> new WalPosition(
                        rows.getString("systemid"), rows.getInt("timeline"), Lsn.parse(rows.getString("xlogpos"))));
    }

    TimelineHistory history(int timeline) {
        return timeline == 1
                ? TimelineHistory.none()
                : ask("TIMELINE_HISTORY " + timeline, rows -> TimelineHistory.parse(rows.getString("content")));
    }

    /** How long the server waits for a word from us; zero when for ever. */
    Duration patienceOfServer() {
        return ask(
                "SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout'",
                rows -> Duration.ofMillis(rows.getLong(1)));
    }

    /**
     * Begins to read.
     *
     * @param options of pgoutput
     * @throws SQLException when the server refuses, with what it says
     */
    WalReader start(String slot, long lsn, Map<String, String> options) throws SQLException {
        String text = options.entrySet().stream()
                .map(option -> option.getKey() + " '" + option.getValue().replace("'", "''") + "'")
                .sorted()
                .collect(Collectors.joining(", "));
        try {
            WalReader reader = new WalReader(socket);
            new WalWriter(socket)
                    .query("START_REPLICATION SLOT \"" + slot + "\" LOGICAL " + Lsn.text(lsn) + " (" + text + ")");
            reader.awaitStart(System.nanoTime() + START.toNanos());
            return reader;
        } catch (IOException e) {
            throw new UnavailableException(access.name() + " ended the connection before its log could be read", e);
        }
    }

    WalWriter writer() throws IOException {
        return new WalWriter(socket);
    }

    private <T> T ask(String sql, Answer<T> answer) {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return answer.of(rows);
        } catch (SQLException e) {
            throw access.failed(e, sql + " at " + access.name());
        }
    }

    /** Ends the connection at once, whatever is still on its way. */
    @Override
    public void close() {
        try {
            socket.close();
            connection.close();
        } catch (IOException | SQLException e) {
            // the socket is gone, which is what was wanted
            return;
        }
    }

    private interface Answer<T> {
        T of(ResultSet rows) throws SQLException;
    }
}
