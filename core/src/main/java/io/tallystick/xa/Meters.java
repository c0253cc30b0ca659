package io.tallystick.xa;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports to the application's metrics, whose failures must not reach a transaction. Thread-safe. */
final class Meters {

    private static final Logger LOG = LoggerFactory.getLogger(Meters.class);

    private final XaMetrics metrics;
    private final InstantSource clock;

    Meters(XaMetrics metrics, InstantSource clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    void report(Consumer<XaMetrics> what) {
        try {
            what.accept(metrics);
        } catch (RuntimeException | Error e) {
            LOG.warn("metrics failed; nothing depends on them", e);
        }
    }

    /** For a transaction that begins; null when nobody wants to know. */
    @Nullable
    Watch begun() {
        return metrics == XaMetrics.NONE ? null : new Watch();
    }

    /** Takes one transaction's times. Thread-safe. */
    final class Watch {
        private final Instant begun = clock.instant();
        private Instant since = begun;
        private XaPhase phase = XaPhase.ACTIVE;

        /** It is in this phase now, or was already. */
        void reached(XaPhase next) {
            XaPhase left;
            Duration took;
            synchronized (this) {
                if (next == phase) {
                    return;
                }
                Instant now = clock.instant();
                left = phase;
                took = Duration.between(since, now);
                phase = next;
                since = now;
            }
            report(m -> m.left(left, took));
        }

        void ended(XaOutcome outcome, boolean handedOver) {
            Duration all = Duration.between(begun, clock.instant());
            report(m -> {
                if (handedOver) {
                    m.handedOver(all);
                } else {
                    m.ended(outcome, all);
                }
            });
        }
    }
}
