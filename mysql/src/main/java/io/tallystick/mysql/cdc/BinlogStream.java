package io.tallystick.mysql.cdc;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open reading of a binary log. Its own thread reads ahead of whoever polls, as far as 16 MiB; beyond that the server waits, for as
 * long as it takes.
 */
final class BinlogStream implements ChangeStream {

    /** SHOW BINARY LOGS looks at every file; more often than this nobody needs to know. */
    private static final Duration LAG_EVERY = Duration.ofSeconds(5);

    private final SourceSql sql;
    private final InstantSource clock;
    private final DumpConnection connection;
    private final TransactionAssembler transactions;
    private final PieceMaker pieces;
    private final LogReader log;
    private final PieceQueue queue;
    private final Thread thread;
    private volatile LogPlace delivered = new LogPlace("", 0);
    private volatile boolean closed;
    private volatile long lag = -1;
    private Instant lagAskedAt = Instant.EPOCH;

    private BinlogStream(Source source, DumpConnection connection, LogProgress progress) {
        this.sql = source.sql;
        this.clock = source.clock;
        this.connection = connection;
        this.queue = new PieceQueue();
        CharacterSets.Collations collations = source.catalog.collations();
        this.pieces = new PieceMaker(progress, clock, this::hand);
        this.transactions =
                new TransactionAssembler(progress, new Tables(source.wanted, source.catalog, collations), pieces);
        this.log = new LogReader(transactions, pieces, collations);
        this.thread =
                new Thread(this::read, "tally-binlog-" + source.flavour.name().toLowerCase(java.util.Locale.ROOT));
        this.thread.setDaemon(true);
    }

    /** What a stream reads, and with what. */
    record Source(
            SourceSql sql,
            Flavour flavour,
            Catalog catalog,
            Set<io.tallystick.cdc.TableName> wanted,
            InstantSource clock) {}

    static BinlogStream open(Source source, long serverId, Position after) {
        LogProgress progress = source.flavour.progress(after);
        DumpConnection connection = DumpConnection.open(source.sql, source.flavour, serverId, progress.sendAfter());
        try {
            BinlogStream stream = new BinlogStream(source, connection, progress);
            stream.thread.start();
            return stream;
        } catch (RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    @Override
    public @Nullable TransactionPiece poll(Duration longest) {
        PieceQueue.Entry entry = queue.poll(longest);
        if (entry == null) {
            return null;
        }
        delivered = entry.read();
        return entry.piece();
    }

    @Override
    public boolean isFlowing() {
        return queue.hasTaken();
    }

    @Override
    public void awaited(boolean somebodyWaits) {
        pieces.tellOften(somebodyWaits);
    }

    /** Does nothing: the server keeps its log by its own rules (binlog_expire_logs_seconds), whoever has read it. */
    @Override
    public void acknowledge(Position durable) {}

    /** Asked of the server on a connection of its own, at most every five seconds; in between the last answer counts. */
    @Override
    public synchronized long lagBytes() {
        Instant now = clock.instant();
        if (Duration.between(lagAskedAt, now).compareTo(LAG_EVERY) < 0) {
            return lag;
        }
        lagAskedAt = now;
        LogPlace place = delivered;
        try {
            lag = place.file().isEmpty() ? -1 : sql.visit("asking how far the log goes", place::behind);
        } catch (TallystickException unknown) {
            lag = -1; // it may lack the right, or the server be away; poll says so when it matters
        }
        return lag;
    }

    private void hand(TransactionPiece piece, long weight) throws InterruptedException {
        queue.put(piece, weight, log.place());
    }

    private void read() {
        try (transactions) {
            while (!closed) {
                log.accept(connection.next());
            }
            queue.end(new UnavailableException("the stream was closed"));
        } catch (InterruptedException e) {
            queue.end(new UnavailableException("the stream was closed"));
        } catch (TallystickException e) {
            queue.end(e);
        } catch (RuntimeException e) {
            queue.end(new CorruptionException(
                    "an event of the binary log near " + log.place() + " cannot be understood: " + e, e));
        }
    }

    @Override
    public void close() {
        closed = true;
        connection.close();
        thread.interrupt();
        boolean interrupted = false;
        try {
            thread.join(Duration.ofSeconds(5).toMillis());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
