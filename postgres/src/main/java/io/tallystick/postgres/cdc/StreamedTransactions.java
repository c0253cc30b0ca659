package io.tallystick.postgres.cdc;

import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Large transactions, which the server sends in blocks while they run, between others that end earlier (protocol 2, docs "Streaming of
 * Large Transactions for Logical Decoding"). They are kept in spools, and handed out piece by piece at their commit. For one thread.
 */
final class StreamedTransactions implements AutoCloseable {

    private final LogDecoder decoder;
    private final Path directory;
    private final Map<Integer, SpooledTransaction> open = new HashMap<>();
    private @Nullable SpooledTransaction block;
    private int blockOf;
    private @Nullable SpooledTransaction committed;

    StreamedTransactions(LogDecoder decoder, Path directory) {
        this.decoder = decoder;
        this.directory = directory;
    }

    /**
     * Reads one message.
     *
     * @return a piece when one is complete with it
     */
    @Nullable
    TransactionPiece read(ByteBuffer in) throws IOException {
        byte kind = in.get(in.position());
        SpooledTransaction within = block;
        if (within != null && kind != 'E') {
            in.get();
            // the origin alone does not say which subtransaction it belongs to
            int subtransaction = kind == 'O' ? blockOf : in.getInt();
            within.add(subtransaction, kind, in);
            return null;
        }
        switch (kind) {
            case 'S' -> begin(in);
            case 'E' -> block = null;
            case 'A' -> abort(in);
            case 'c' -> {
                return commit(in);
            }
            default -> {
                return decoder.read(in);
            }
        }
        return null;
    }

    /** The next piece of a streamed transaction that has committed; null when there is none. To be asked before {@link #read}. */
    @Nullable
    TransactionPiece next() throws IOException {
        SpooledTransaction spooled = committed;
        if (spooled == null) {
            return null;
        }
        for (ByteBuffer message = spooled.next(); message != null; message = spooled.next()) {
            TransactionPiece piece = decoder.read(message);
            if (piece != null) {
                return piece;
            }
        }
        committed = null;
        spooled.close();
        return decoder.commit();
    }

    @Override
    public void close() throws IOException {
        for (SpooledTransaction spooled : open.values()) {
            spooled.close();
        }
        open.clear();
        if (committed != null) {
            committed.close();
        }
    }

    private void begin(ByteBuffer in) {
        in.get();
        blockOf = in.getInt();
        block = open.computeIfAbsent(blockOf, xid -> new SpooledTransaction(directory));
    }

    private void abort(ByteBuffer in) throws IOException {
        in.get();
        int xid = in.getInt();
        int subtransaction = in.getInt();
        SpooledTransaction spooled = open.get(xid);
        if (spooled == null) {
            return;
        }
        if (xid == subtransaction) {
            open.remove(xid);
            spooled.close();
        } else {
            spooled.abort(subtransaction);
        }
    }

    private @Nullable TransactionPiece commit(ByteBuffer in) throws IOException {
        in.get();
        int xid = in.getInt();
        in.get();
        long commitLsn = in.getLong();
        in.getLong();
        Instant at = PgTime.instant(in.getLong());
        SpooledTransaction spooled = open.remove(xid);
        if (spooled == null) {
            throw new CorruptionException("the end of transaction " + Integer.toUnsignedString(xid)
                    + " came without its changes; open the stream again");
        }
        spooled.rewind();
        decoder.begin(Integer.toUnsignedString(xid), commitLsn, at);
        committed = spooled;
        return next();
    }
}
