package io.tallystick.xa;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the application of one transaction hears of its end, and how long it waits for that. Safe for use by many threads. */
final class Hearing {

    /** What the application is told. */
    record Answer(XaOutcome outcome, @Nullable String why) {}

    private final InstantSource clock;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final CompletableFuture<Instant> decided = new CompletableFuture<>();
    private volatile boolean unclear;

    Hearing(InstantSource clock) {
        this.clock = clock;
    }

    /** The first word counts; that the outcome is unknown is remembered all the same. */
    void tell(XaOutcome outcome, @Nullable String why) {
        if (outcome == XaOutcome.UNKNOWN) {
            // only ever set: several threads may come here at once
            unclear = true;
        }
        answer.complete(new Answer(outcome, why));
    }

    /** The application was told that the outcome is unknown, and may ask for it later. */
    boolean isUnclear() {
        return unclear;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    /** Completes with the answer, or before it when nothing but acknowledgements is missing: the decision is durable, or all votes are there. */
    CompletableFuture<?> decision() {
        return CompletableFuture.anyOf(answer, decided);
    }

    void reached(XaState now) {
        if (!decided.isDone() && isDecided(now)) {
            decided.complete(clock.instant());
        }
    }

    private static boolean isDecided(XaState now) {
        return now.phase() == XaPhase.COMMITTING || now.phase() == XaPhase.ABORTING && !now.any(BranchStatus.VOTING);
    }

    /** What is left of this time, in which branches may acknowledge the decision; by the clock, and all of it before the decision. */
    Duration leftFor(Duration acknowledging) {
        Instant since = decided.getNow(null);
        if (since == null) {
            return acknowledging;
        }
        Duration left = acknowledging.minus(Duration.between(since, clock.instant()));
        // a clock that jumps makes nobody wait for longer
        return left.isNegative() ? Duration.ZERO : left.compareTo(acknowledging) > 0 ? acknowledging : left;
    }
}
