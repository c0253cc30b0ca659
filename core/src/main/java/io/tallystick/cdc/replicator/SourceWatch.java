package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.KeptLog;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.TallystickException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the source every few seconds how much of its log it keeps, and about how many rows the tables have that are being copied. Raises
 * an alarm in the log at half and at four fifths of what the source keeps at most. Owns one thread.
 */
final class SourceWatch implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final int WARNING = 50;
    private static final int ERROR = 80;

    private final String pipeline;
    private final ChangeSource source;
    private final Supplier<Set<TableName>> copied;
    private final IntSupplier percent;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Seen seen = new Seen(null, Map.of());
    private int alarmed;

    /** What was seen last. */
    record Seen(@Nullable KeptLog kept, Map<TableName, Long> estimates) {}

    /**
     * @param copied the tables that are being copied
     * @param percent how much of the limit is used up, as it is told to people
     */
    SourceWatch(String pipeline, ChangeSource source, Supplier<Set<TableName>> copied, IntSupplier percent) {
        this.pipeline = pipeline;
        this.source = source;
        this.copied = copied;
        this.percent = percent;
    }

    Seen seen() {
        return seen;
    }

    void stop() {
        end.countDown();
    }

    @Override
    public void run() {
        try {
            do {
                look();
            } while (!CdcRuntime.waitOr(end, EVERY));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            KeptLog kept = source.kept().orElse(null);
            seen = new Seen(kept, estimates());
            alarm(kept);
        } catch (RuntimeException e) {
            LOG.debug("the source of {} does not tell how much log it keeps; asked again soon", pipeline, e);
        }
    }

    private Map<TableName, Long> estimates() {
        Set<TableName> wanted = copied.get();
        Map<TableName, Long> known = new HashMap<>(seen.estimates);
        known.keySet().retainAll(wanted);
        if (known.keySet().containsAll(wanted)) {
            return known;
        }
        try (SnapshotReader reader = source.snapshot()) {
            for (TableName table : wanted) {
                known.computeIfAbsent(table, reader::estimatedRows);
            }
        } catch (TallystickException e) {
            LOG.debug("the sizes of the tables of {} are not known yet", pipeline, e);
        }
        return known;
    }

    private void alarm(@Nullable KeptLog kept) {
        int used = percent.getAsInt();
        int level = used >= ERROR ? ERROR : used >= WARNING ? WARNING : 0;
        if (kept != null && level > alarmed) {
            String text =
                    "the source of {} keeps log up to {} per cent of {}: beyond that changes are lost and all tables must be"
                            + " copied anew. Mend the target that is away, resume the pipeline, or raise the limit";
            if (level == ERROR) {
                LOG.error(text, pipeline, used, kept.setting());
            } else {
                LOG.warn(text, pipeline, used, kept.setting());
            }
        }
        alarmed = level;
    }
}
