package io.tallystick.debezium;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** A task of Debezium as a stream of whole transactions. */
final class DebeziumStream implements ChangeStream {

    private final TaskRun run;
    private final TransactionAssembler assembler;
    private final Function<Throwable, TallystickException> meaning;
    private final Deque<SourceRecord> records = new ArrayDeque<>();
    private final AtomicReference<@Nullable Map<String, Object>> durable = new AtomicReference<>();
    private volatile boolean closed;

    /** @param meaning what a failure of the task is for the caller */
    DebeziumStream(TaskRun run, TransactionAssembler assembler, Function<Throwable, TallystickException> meaning) {
        this.run = run;
        this.assembler = assembler;
        this.meaning = meaning;
    }

    @Override
    public @Nullable TransactionPiece poll(Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        do {
            if (closed) {
                throw new UnavailableException("the stream was closed", null);
            }
            while (!assembler.hasPieces() && !records.isEmpty()) {
                assembler.take(records.remove());
            }
            TransactionPiece piece = assembler.next();
            if (piece != null) {
                return piece;
            }
            fetch();
        } while (!records.isEmpty() || System.nanoTime() - deadline < 0);
        return null;
    }

    private void fetch() {
        try {
            Map<String, Object> reached = durable.getAndSet(null);
            if (reached != null && !run.commit(reached)) {
                durable.compareAndSet(null, reached);
            }
            records.addAll(run.poll());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while reading", e);
        } catch (RuntimeException e) {
            throw meaning.apply(e);
        }
    }

    @Override
    public void acknowledge(Position position) {
        durable.set(Offset.parse(position).parts());
    }

    /** Debezium does not tell. */
    @Override
    public long lagBytes() {
        return -1;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        assembler.close();
        run.close();
    }
}
