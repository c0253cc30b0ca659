package io.tallystick.bench.cdc.contender;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Tallystick's extractor without a replicator behind it. */
final class TallystickReader implements Replication {
    private final Line line;
    private final ChangeSource source;
    private final AtomicLong changes = new AtomicLong();
    private final Worker worker;
    private @Nullable Position begin;

    TallystickReader(Line line) {
        this.line = line;
        this.source = Engines.of(line.source()).source(Line.settings(line.source()), line.name());
        this.worker = new Worker("tallystick-read", this::read);
    }

    @Override
    public void prepare() {
        begin = source.establish(Set.of(line.from()));
    }

    @Override
    public void start() {
        worker.start();
    }

    private void read() {
        if (begin == null) {
            throw new IllegalStateException("line " + line.name() + " was not prepared");
        }
        try (ChangeStream stream = source.open(Set.of(line.from()), begin)) {
            while (worker.goesOn()) {
                TransactionPiece piece = stream.poll(Duration.ofMillis(20));
                if (piece != null) {
                    changes.addAndGet(piece.changes().size());
                }
            }
        }
    }

    @Override
    public long counted() {
        return changes.get();
    }

    @Override
    public void check() {
        worker.check();
    }

    @Override
    public void close() throws InterruptedException {
        worker.end();
        source.release();
        source.close();
    }
}
