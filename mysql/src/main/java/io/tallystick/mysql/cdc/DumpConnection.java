package io.tallystick.mysql.cdc;

import io.tallystick.cdc.GapException;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.mysql.MySqlDataSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * A connection on which the server sends its log, event by event. The MariaDB driver connects and signs in; then the dump command is
 * sent through it and its packet reader read directly. {@link #next} is for one thread, {@link #close} for any other: it ends a
 * waiting read.
 */
final class DumpConnection implements AutoCloseable {

    /** How often the server says that it is there and has nothing new. */
    static final Duration HEARTBEAT = Duration.ofSeconds(1);

    /** So long without a word, heartbeat or event, means that the connection is dead; MariaDB is silent while it seeks in a file. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final List<String> SESSION = List.of(
            "SET @master_heartbeat_period = " + HEARTBEAT.toNanos(),
            "SET @master_binlog_checksum = @@global.binlog_checksum",
            // the server waits for us as long as it takes when the targets are slow; its own default gives up after a
            // minute
            "SET SESSION net_write_timeout = 31536000");

    private static final int OK = 0;
    private static final int END = 0xfe;
    /** Where an event's type stands in its packet: behind the status and the seconds. */
    private static final int TYPE = 5;

    private static final int NO_CHECKSUM = 0;
    private static final int CHECKSUM_BYTES = 4;
    private static final int CANNOT_READ_LOG = 1236;

    private final String source;
    private final Connection connection;
    private final org.mariadb.jdbc.client.socket.Reader reader;
    private final CRC32 crc = new CRC32();
    private boolean checksums;

    private DumpConnection(String source, Connection connection, DumpCommand command, boolean checksums) {
        this.source = source;
        this.connection = connection;
        this.reader = command.reader();
        this.checksums = checksums;
    }

    static DumpConnection open(SourceSql sql, Flavour flavour, long serverId, String sendAfter) {
        String source = flavour.productName();
        try {
            Connection connection = MySqlDataSources.connect(sql.settings(), properties());
            try {
                prepare(connection, flavour, sendAfter);
                boolean checksums = !SourceSql.value(connection, "SELECT @master_binlog_checksum")
                        .equals("NONE");
                DumpCommand command = flavour.command(serverId, sendAfter);
                connection.unwrap(org.mariadb.jdbc.Connection.class).getClient().execute(command, false);
                return new DumpConnection(source, connection, command, checksums);
            } catch (SQLException | RuntimeException failed) {
                connection.close();
                throw failed;
            }
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.MARIADB, false, "asking " + source + " for its binary log");
        }
    }

    private static Map<String, String> properties() {
        return Map.of(
                "socketTimeout", Long.toString(SILENCE.toMillis()),
                "maxAllowedPacket", Integer.toString(1 << 30),
                // a plain buffer: reading ahead asks the socket before each of millions of small packets
                "useReadAheadInput", "false");
    }

    private static void prepare(Connection connection, Flavour flavour, String sendAfter) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : SESSION) {
                statement.execute(sql);
            }
            for (String sql : flavour.session(sendAfter)) {
                statement.execute(sql);
            }
        }
    }

    /**
     * The next event; waits for it, at most until the heartbeat is overdue.
     *
     * @throws UnavailableException when the connection is lost
     * @throws GapException when the server does not have this part of the log
     */
    LogEvent next() {
        byte[] packet;
        try {
            packet = reader.readPacket(false);
        } catch (IOException e) {
            throw new UnavailableException(
                    "the connection to " + source + " that sends the binary log is lost: " + e.getMessage(), e);
        }
        int status = packet[0] & 0xff;
        if (status != OK) {
            throw refusal(packet, status);
        }
        return event(packet);
    }

    private LogEvent event(byte[] packet) {
        boolean describes = packet.length > TYPE && (packet[TYPE] & 0xff) == EventType.FORMAT_DESCRIPTION;
        if (describes) {
            checksums = packet[packet.length - CHECKSUM_BYTES - 1] != NO_CHECKSUM;
        }
        if (describes || !checksums) {
            return LogEvent.read(packet, 1, packet.length);
        }
        int end = packet.length - CHECKSUM_BYTES;
        crc.reset();
        crc.update(packet, 1, end - 1);
        if ((int) crc.getValue() != (int) LogCells.little(packet, end, CHECKSUM_BYTES)) {
            LogEvent event = LogEvent.read(packet, 1, packet.length);
            throw new CorruptionException("an event of type " + event.type() + " before offset " + event.nextOffset()
                    + " of the binary log of " + source
                    + " has a wrong checksum; check the file with --verify-binlog-checksum");
        }
        return LogEvent.read(packet, 1, end);
    }

    private TallystickException refusal(byte[] packet, int status) {
        if (status == END) {
            return new UnavailableException(source + " has stopped sending its binary log; it may be shutting down");
        }
        int code = (int) LogCells.little(packet, 1, 2);
        String text = new String(packet, 3, packet.length - 3, StandardCharsets.UTF_8);
        String message = source + " does not send its binary log: " + text.replaceFirst("^#[0-9A-Z]{5}", "") + " (code "
                + code + ")";
        if (code != CANNOT_READ_LOG) {
            return code == 1227 || code == 1045
                    ? new RejectedException(message + "; GRANT REPLICATION SLAVE ON *.* to the pipeline's user")
                    : new UnavailableException(message);
        }
        // one code for everything: only another client with our number passes by itself
        return text.toLowerCase(Locale.ROOT).contains("same server")
                ? new UnavailableException(message)
                : new GapException(message + "; the tables have to be compared with their targets and brought in line");
    }

    @Override
    public void close() {
        // the driver takes its leave by reading, for which it would wait behind a reader until the next heartbeat
        try (connection) {
            reader.close();
        } catch (IOException | SQLException ignored) {
            // it was lost before, or the server ended it first; either way it is gone
            return;
        }
    }
}
