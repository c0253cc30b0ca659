package io.tallystick.cdc.query;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks at an interval, and between two questions looks for deletions. What one question found is one transaction. */
final class QueryStream implements ChangeStream {

    private static final int PIECE_CHANGES = 4_096;
    private static final Duration SOONEST = Duration.ofMillis(20);

    private final QueryChangeSource source;
    private final Reading reading;
    private final @Nullable KeyMemory memory;
    private final @Nullable DeleteSearch search;
    private final Deque<TransactionPiece> ready = new ArrayDeque<>();
    private final long everyNanos;
    private long nextQuestion;
    private long nextSearch;
    private long lastStamp;
    private volatile long durable;
    private volatile boolean closed;

    QueryStream(QueryChangeSource source, Reading reading, @Nullable KeyMemory memory, @Nullable DeleteSearch search) {
        this.source = source;
        this.reading = reading;
        this.memory = memory;
        this.search = search;
        this.everyNanos = source.settings().every().toNanos();
        this.nextQuestion = source.nanos();
        this.nextSearch = nextQuestion;
    }

    @Override
    public @Nullable TransactionPiece poll(Duration longest) {
        if (closed) {
            throw new UnavailableException("the reading of " + source.name() + " was closed", null);
        }
        if (source.stamps().overtaken()) {
            throw new UnavailableException(
                    "a target stands at a later reading of " + source.name()
                            + " than this one; the reading begins anew",
                    null);
        }
        if (ready.isEmpty()) {
            work(longest);
        }
        return ready.poll();
    }

    private void work(Duration longest) {
        long now = source.nanos();
        boolean asked = source.wishes().beyond(lastStamp) && now - nextQuestion >= SOONEST.toNanos() - everyNanos;
        if (asked || reading.isUnderWay() || now - nextQuestion >= 0) {
            question();
            nextQuestion = source.nanos() + everyNanos;
        } else if (search != null && (search.isUnderWay() || now - nextSearch >= 0)) {
            search(search);
        } else {
            pause(Math.min(longest.toNanos(), nextQuestion - now));
        }
    }

    private void pause(long nanos) {
        try {
            source.wishes().await(nanos, lastStamp);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while waiting for the next question to " + source.name(), e);
        }
    }

    private void question() {
        Reading.Found found = reading.next();
        KeyMemory keys = memory;
        if (keys != null) {
            found.keys().forEach(each -> keys.of(each.table()).add(each.keys()));
        }
        handOut(found.changes());
    }

    private void search(DeleteSearch search) {
        if (!search.isUnderWay()) {
            search.begin();
            nextSearch = source.nanos() + source.searchNanos();
        }
        DeleteSearch.Gone gone = search.step(durable);
        if (gone != null) {
            gone.keys().forEach(key -> reading.forget(gone.table().source().name(), key));
            handOut(gone.changes());
            search.told(gone, lastStamp);
        }
    }

    /** The stamp comes after the reading: a chunk of a copy that begins later has seen at least as much. */
    private void handOut(List<Change> changes) {
        lastStamp = source.stamps().next();
        Position position = reading.position(lastStamp, memory == null ? QueryPosition.NO_MEMORY : memory.id())
                .toPosition();
        if (changes.isEmpty()) {
            ready.add(TransactionPiece.progress(position, reading.clock()));
            return;
        }
        for (int from = 0; from < changes.size(); from += PIECE_CHANGES) {
            int to = Math.min(changes.size(), from + PIECE_CHANGES);
            ready.add(new TransactionPiece(
                    "q" + lastStamp, position, reading.clock(), null, changes.subList(from, to), to == changes.size()));
        }
    }

    @Override
    public void acknowledge(Position position) {
        durable = QueryPosition.parse(position).stamp();
    }

    /** Unknown: nobody can say what was not asked for yet. */
    @Override
    public long lagBytes() {
        return -1;
    }

    @Override
    public void close() {
        closed = true;
        if (search != null) {
            search.close();
        }
    }
}
