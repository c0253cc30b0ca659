package io.tallystick.postgres.cdc;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads from the socket in the thread that polls, without a hand-over. */
final class PostgresChangeStream implements ChangeStream {

    /** Between two pieces that only say how far the log was read. */
    private static final long PROGRESS_NANOS = Duration.ofMillis(100).toNanos();
    /** The server answers every pulse; silent for so long, it is gone without a word. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(60).toNanos();

    private static final long END_NANOS = Duration.ofMillis(500).toNanos();
    private static final int HEAD_OF_DATA = 25;

    private final Parts parts;
    private final LogDecoder decoder;
    private final StreamedTransactions streamed;
    private final WalPosition start;
    private long kept;
    private Instant keptAt = Instant.EPOCH;
    private volatile long delivered;
    private long progressNanos = System.nanoTime() - PROGRESS_NANOS;
    private boolean closed;

    PostgresChangeStream(Parts parts, LogDecoder decoder, WalPosition start) {
        this.parts = parts;
        this.decoder = decoder;
        this.streamed = new StreamedTransactions(decoder, parts.spool());
        this.start = start;
        this.kept = start.lsn();
        this.delivered = start.lsn();
    }

    @Override
    public @Nullable TransactionPiece poll(Duration longest) {
        if (closed) {
            throw new IllegalStateException("the stream is closed");
        }
        long deadline = System.nanoTime() + longest.toNanos();
        try {
            parts.watches().pulse().check();
            TransactionPiece piece = read(deadline);
            if (piece == null) {
                refuseSilence();
                return progress();
            }
            return piece;
        } catch (IOException e) {
            throw new UnavailableException(
                    "the stream of " + parts.name() + " was lost after " + Lsn.text(delivered)
                            + "; open it again after the last durable position",
                    e);
        } catch (SQLException e) {
            throw parts.access().failed(e, "reading the log of " + parts.name());
        }
    }

    @Override
    public boolean isFlowing() {
        return parts.reader().isWhole();
    }

    @Override
    public void acknowledge(Position durable) {
        parts.watches().pulse().acknowledge(WalPosition.of(durable).lsn());
    }

    @Override
    public long lagBytes() {
        long end = parts.watches().watch().end();
        return end == 0 ? -1 : Math.max(0, end - delivered);
    }

    /** Ends the stream in order when the server listens, so that the slot is free for the next one when this returns. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        parts.watches().watch().close();
        parts.watches().pulse().close();
        try (WalConnection connection = parts.connection();
                streamed) {
            parts.watches().pulse().now();
            connection.writer().end();
            parts.reader().drain(System.nanoTime() + END_NANOS);
        } catch (IOException | SQLException e) {
            // a closed socket ends the stream as well, when the server next looks
            return;
        }
    }

    private @Nullable TransactionPiece read(long deadline) throws IOException, SQLException {
        TransactionPiece piece = streamed.next();
        while (piece == null) {
            ByteBuffer message = parts.reader().next(deadline);
            if (message == null) {
                return null;
            }
            piece = take(message);
        }
        if (piece.last()) {
            arrived(decoder.readUpTo());
        }
        return piece;
    }

    private @Nullable TransactionPiece take(ByteBuffer message) throws IOException {
        if (message.get(message.position()) == 'w') {
            message.position(message.position() + HEAD_OF_DATA);
            return streamed.read(message);
        }
        return message.get() == 'k' ? keepalive(message) : null;
    }

    /** The server's place is behind everything that it has sent, and before everything that it will send. */
    private @Nullable TransactionPiece keepalive(ByteBuffer message) throws IOException {
        kept = Lsn.later(message.getLong(), kept);
        keptAt = PgTime.instant(message.getLong());
        boolean wantsAnswer = message.get() != 0;
        if (!decoder.isInTransaction()) {
            parts.watches().pulse().received(kept);
        }
        if (wantsAnswer) {
            parts.watches().pulse().now();
        }
        return progress();
    }

    private @Nullable TransactionPiece progress() {
        long now = System.nanoTime();
        boolean due = Lsn.isAfter(Lsn.later(kept, decoder.readUpTo()), delivered)
                && !decoder.isInTransaction()
                && now - progressNanos >= PROGRESS_NANOS;
        if (!due) {
            return null;
        }
        progressNanos = now;
        arrived(Lsn.later(kept, decoder.readUpTo()));
        return TransactionPiece.progress(start.at(delivered).position(), keptAt);
    }

    private void arrived(long lsn) {
        delivered = Lsn.later(lsn, delivered);
        parts.watches().pulse().received(delivered);
    }

    private void refuseSilence() throws IOException {
        if (System.nanoTime() - parts.reader().lastReadNanos() > SILENCE_NANOS) {
            throw new IOException("nothing was heard of the server for a minute, although it was asked");
        }
    }

    /** What a stream is made of. */
    record Parts(WalAccess access, WalConnection connection, WalReader reader, Watches watches, Path spool) {

        String name() {
            return access.name();
        }
    }

    /** What runs beside a stream. */
    record Watches(Pulse pulse, ServerWatch watch) {}
}
