package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SnapshotReader.Chunk;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies tables in chunks while the log is read: a thread of its own reads the chunks ahead, the thread of the reading puts each
 * where it belongs, as soon as the log was read up to the moment in which the chunk was taken. Nothing is kept here that the targets
 * do not know: after a restart it goes on after the last chunk that is durable there.
 */
final class Copying implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Copying.class);
    private static final int CHUNK_ROWS = 10_000;
    private static final int FIRST_ROWS = 1_000;
    private static final long CHUNK_BYTES = 8L << 20;
    private static final int CHUNKS_AHEAD = 4;
    /** How soon a chunk that has not seen everything is read again. */
    private static final Duration AGAIN = Duration.ofMillis(50);

    private final ChangeSource source;
    private final PipelineSettings settings;
    private final CdcRuntime runtime;
    private final CountDownLatch end = new CountDownLatch(1);

    /** What is wanted and how far it was handed out; guarded by this. */
    private final Map<TableName, LoadState> wanted = new LinkedHashMap<>();

    private final Map<TableName, Overtaken> overtaken = new LinkedHashMap<>();
    private final Deque<Fetched> fetched = new ArrayDeque<>();
    private long generation;
    /** How far the log was read last. */
    private @Nullable Position read;

    private volatile @Nullable String trouble;

    Copying(ChangeSource source, PipelineSettings settings, CdcRuntime runtime) {
        this.source = source;
        this.settings = settings;
        this.runtime = runtime;
    }

    /** Why nothing is copied at the moment although something is wanted; null while all is well. */
    @Nullable
    String trouble() {
        return trouble;
    }

    /** To be called before the log is read: from here on. */
    synchronized void opens(Position after) {
        read = read == null ? after : read;
    }

    /**
     * Says anew what is to be copied and from where on; chunks that were read for something else are dropped.
     *
     * @param serves whether what is remembered of a table from this position on serves all who want it: not one that had left out its
     *     changes up to a later place
     */
    synchronized void want(
            Map<TableName, LoadState> states, boolean beginAnew, BiPredicate<TableName, Position> serves) {
        Position from = Objects.requireNonNull(read, "opens comes before want");
        Map<TableName, LoadState> due = new LinkedHashMap<>(states);
        due.keySet().removeIf(table -> !serves.test(table, from));
        overtaken
                .entrySet()
                .removeIf(each ->
                        !serves.test(each.getKey(), each.getValue().since().read()));
        if (!beginAnew && overtaken.keySet().equals(due.keySet())) {
            return;
        }
        generation++;
        fetched.clear();
        wanted.clear();
        wanted.putAll(due);
        overtaken.keySet().retainAll(due.keySet());
        Remembering now = new Remembering(from);
        due.keySet().forEach(table -> overtaken.computeIfAbsent(table, name -> new Overtaken(name, now)));
        notifyAll();
    }

    /** To be called for every piece before it is handed out. */
    synchronized void note(TransactionPiece piece) {
        read = piece.position();
        if (!overtaken.isEmpty()) {
            overtaken.values().forEach(each -> each.note(piece));
        }
    }

    /** The next chunk that may be put here, between two transactions, when the log was read up to this position. */
    synchronized Optional<LoadedChunk> ready(Position read) {
        Fetched first = fetched.peek();
        if (first == null || !source.covers(read, first.chunk.watermark().high())) {
            return Optional.empty();
        }
        LoadState state = first.state;
        Overtaken log = Objects.requireNonNull(overtaken.get(state.table()));
        Optional<List<Row>> rows = log.untouched(first.chunk);
        if (rows.isEmpty()) {
            // a change that the chunk has not seen left cells out: read the same rows again, a later chunk has seen it
            LOG.debug("chunk of {} after {} is read again", state.table(), state.next());
            readAgain();
            return Optional.empty();
        }
        fetched.remove();
        SeenRows seen = first.key == null
                ? null
                : SeenRows.of(first.key.table, first.key.order, first.chunk.rows(), log.touched());
        overtaken.values().forEach(each -> each.forget(first.chunk.watermark()));
        notifyAll();
        return Optional.of(new LoadedChunk(
                state.table(),
                state.next(),
                rows.get(),
                first.chunk.upTo(),
                state.to(),
                seen,
                first.order,
                log.since().read()));
    }

    /** Whether chunks were read that the log has not been read up to yet. */
    synchronized boolean waitsForLog() {
        return !fetched.isEmpty();
    }

    /** What was fetched and not handed out is wanted again, each table from its first such chunk on. */
    private void readAgain() {
        Map<TableName, LoadState> all = new LinkedHashMap<>();
        fetched.forEach(each -> all.putIfAbsent(each.state.table(), each.state));
        wanted.forEach(all::putIfAbsent);
        wanted.clear();
        wanted.putAll(all);
        fetched.clear();
        generation++;
        notifyAll();
    }

    void stop() {
        end.countDown();
        synchronized (this) {
            notifyAll();
        }
    }

    @Override
    public void run() {
        int failures = 0;
        while (end.getCount() > 0) {
            try {
                Next next = awaitNext();
                if (next != null) {
                    copy(next);
                }
                failures = 0;
                trouble = null;
            } catch (RuntimeException e) {
                // also what nobody thought of: a copying that ended without a word would be waited for for ever
                LOG.warn("a table of {} cannot be copied, trying again: {}", source.name(), e.getMessage(), e);
                trouble = "a table cannot be copied, trying again: " + e.getMessage();
                pause(runtime.pause(settings, failures++));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void pause(Duration pause) {
        try {
            CdcRuntime.waitOr(end, pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Next awaitNext() throws InterruptedException {
        while (end.getCount() > 0 && (wanted.isEmpty() || fetched.size() >= CHUNKS_AHEAD)) {
            wait(1_000);
        }
        if (wanted.isEmpty()) {
            return null;
        }
        LoadState state = wanted.values().iterator().next();
        Overtaken log = Objects.requireNonNull(overtaken.get(state.table()));
        return new Next(generation, state, log.since());
    }

    /** Reads chunks of one table as long as nothing else is wanted. */
    private void copy(Next next) throws InterruptedException {
        LoadState state = next.state;
        SourceTable table = source.describe(Set.of(state.table())).stream()
                .findFirst()
                .orElseThrow(() -> new RejectedException("the source has no table " + next.state.table()));
        try (SnapshotReader reader = source.snapshot()) {
            next.since.prepare(reader);
            Key key = state.sweeps() ? new Key(table, reader.keyOrder(table)) : null;
            KeyOrder order = KeyOrder.of(table, reader).orElse(null);
            int rows = FIRST_ROWS;
            while (end.getCount() > 0) {
                Chunk chunk = reader.read(table, state.next(), state.to(), rows);
                if (!next.since.isPassedBy(chunk)) {
                    if (!waits(next)) {
                        return;
                    }
                    continue;
                }
                trouble = null;
                rows = rowsAfter(chunk);
                if (!keep(next.generation, new Fetched(state, chunk, key, order)) || chunk.upTo() == null) {
                    return;
                }
                state = state.after(chunk);
            }
        }
    }

    /** Waits for transactions that the log may have told before their changes are visible; false when something else is wanted. */
    private boolean waits(Next next) throws InterruptedException {
        trouble = "the copying of " + next.state.table()
                + " waits until the transactions that were open at its beginning have"
                + " ended; a long one, or one that was prepared and forgotten, holds it up";
        CdcRuntime.waitOr(end, AGAIN);
        synchronized (this) {
            return next.generation == generation;
        }
    }

    /** Wide rows make small chunks: several of them are in memory at once. */
    private static int rowsAfter(Chunk chunk) {
        long bytes = chunk.rows().stream().mapToLong(Row::weight).sum();
        long each = Math.max(1, bytes / Math.max(1, chunk.rows().size()));
        return (int) Math.max(1, Math.min(CHUNK_ROWS, CHUNK_BYTES / each));
    }

    /** False when something else is wanted by now. */
    private synchronized boolean keep(long readFor, Fetched next) throws InterruptedException {
        while (readFor == generation && end.getCount() > 0 && fetched.size() >= CHUNKS_AHEAD) {
            wait(1_000);
        }
        if (readFor != generation || end.getCount() == 0) {
            return false;
        }
        fetched.add(next);
        LoadState state = next.state;
        if (next.chunk.upTo() == null) {
            wanted.remove(state.table());
        } else {
            // after a failure it goes on here
            wanted.replace(state.table(), state.after(next.chunk));
        }
        return true;
    }

    private record Next(long generation, LoadState state, Remembering since) {}

    /** @param key by what the chunk was cut, where rows that it lacks are to be deleted */
    private record Fetched(
            LoadState state,
            Chunk chunk,
            @Nullable Key key,
            @Nullable KeyOrder order) {}

    private record Key(SourceTable table, List<String> order) {}
}
