package io.tallystick.xa.journal;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One caller's wish, and the place where it waits for the writer's answer. */
final class Request<R> {

    /** A disk that takes longer hangs; the caller has a deadline of its own and must hear something. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final String what;
    private final Function<Draft, R> step;
    private final CompletableFuture<R> answer = new CompletableFuture<>();
    private final AtomicBoolean taken = new AtomicBoolean();
    private @Nullable R result;

    Request(String what, Function<Draft, R> step) {
        this.what = what;
        this.step = step;
    }

    // ---- the writer's side

    /** False when the caller has given up. */
    boolean take() {
        return taken.compareAndSet(false, true);
    }

    /** Returns whether the answer has to wait until the draft is durable. */
    boolean run(Draft draft) {
        try {
            result = step.apply(draft);
        } catch (RuntimeException e) {
            answer.completeExceptionally(new Failure(false, e));
            draft.tookPart();
            return false;
        }
        boolean waits = draft.tookPart();
        if (!waits) {
            answer();
        }
        return waits;
    }

    void answer() {
        answer.complete(result);
    }

    void fail(boolean mayHaveHappened, Throwable cause) {
        answer.completeExceptionally(new Failure(mayHaveHappened, cause));
    }

    // ---- the caller's side

    R await() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException e) {
            throw take()
                    ? new UnavailableException(what + ": the disk has not answered for " + LONGEST, e)
                    : new UnknownOutcomeException(what + ": the disk has not answered for " + LONGEST, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure failure ? told(failure) : new UnknownOutcomeException(what, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private RuntimeException told(Failure failure) {
        String message = what + ": " + failure.getCause();
        return failure.mayHaveHappened
                ? new UnknownOutcomeException(message, failure.getCause())
                : new UnavailableException(message, failure.getCause());
    }

    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1;
        private final boolean mayHaveHappened;

        Failure(boolean mayHaveHappened, Throwable cause) {
            super(cause);
            this.mayHaveHappened = mayHaveHappened;
        }
    }
}
