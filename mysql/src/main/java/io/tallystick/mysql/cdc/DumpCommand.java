package io.tallystick.mysql.cdc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Statement;
import org.mariadb.jdbc.client.Completion;
import org.mariadb.jdbc.client.Context;
import org.mariadb.jdbc.client.socket.Reader;
import org.mariadb.jdbc.client.socket.Writer;
import org.mariadb.jdbc.client.util.ClosableLock;
import org.mariadb.jdbc.export.ExceptionFactory;
import org.mariadb.jdbc.message.ClientMessage;

/**
 * The command that makes a server send its log: COM_BINLOG_DUMP for MariaDB, whose session variables hold the position, and
 * COM_BINLOG_DUMP_GTID for MySQL. The driver is asked to send it and leaves the answer, which never ends, to us. For one use.
 */
final class DumpCommand implements ClientMessage {

    private static final int COM_BINLOG_DUMP = 0x12;
    private static final int COM_BINLOG_DUMP_GTID = 0x1e;
    private static final int THROUGH_GTID = 4;
    /** Where the events of every file begin. */
    private static final int FILE_START = 4;

    private final byte[] packet;
    private @Nullable Reader reader;

    private DumpCommand(ByteBuffer packet) {
        this.packet = packet.array();
    }

    static DumpCommand byState(long serverId) {
        return new DumpCommand(allocate(11)
                .put((byte) COM_BINLOG_DUMP)
                .putInt(FILE_START)
                .putShort((short) 0)
                .putInt((int) serverId));
    }

    static DumpCommand bySet(long serverId, byte[] gtids) {
        return new DumpCommand(allocate(23 + gtids.length)
                .put((byte) COM_BINLOG_DUMP_GTID)
                .putShort((short) THROUGH_GTID)
                .putInt((int) serverId)
                .putInt(0) // no file name
                .putLong(FILE_START)
                .putInt(gtids.length)
                .put(gtids));
    }

    /** What reads the events; only after the driver has run the command. */
    Reader reader() {
        if (reader == null) {
            throw new IllegalStateException("the driver did not hand over the answer to the dump command;"
                    + " use the version of mariadb-java-client that this module was built with");
        }
        return reader;
    }

    @Override
    public int encode(Writer writer, Context context) throws IOException {
        writer.initPacket();
        writer.writeBytes(packet);
        writer.flush();
        return 1;
    }

    @Override
    public String description() {
        return "dump of the binary log";
    }

    @Override
    public Completion readPacket(
            Statement statement,
            int fetchSize,
            long maxRows,
            int concurrency,
            int type,
            boolean closeOnCompletion,
            Reader in,
            Writer out,
            Context context,
            ExceptionFactory exceptions,
            ClosableLock lock,
            boolean trace,
            ClientMessage message,
            Consumer<String> redirect) {
        reader = in;
        return new Completion() {};
    }

    private static ByteBuffer allocate(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
