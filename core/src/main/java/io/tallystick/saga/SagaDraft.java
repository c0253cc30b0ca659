package io.tallystick.saga;

import io.tallystick.saga.StepTable.Move;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The working copy in which one decision takes shape. Lives for one call of the machine, on one thread. */
final class SagaDraft {

    final SagaGraph graph;
    final Instant now;
    final List<SagaEffect> effects = new ArrayList<>();
    final List<Notice> notices;
    final List<SagaEvent.Answer> stash;
    boolean backward;

    /** How the parent of a sub-saga ended; once it has, no undo need be kept for it. */
    @Nullable
    SagaStatus parentEnd;

    @Nullable
    String cause;

    @Nullable
    String assignee;

    Payload payload;

    private final SagaState before;
    private final StepState[] steps;
    private boolean parkAnnounced;

    SagaDraft(SagaState state, Instant now) {
        SagaState.Progress progress = state.progress();
        this.before = state;
        this.graph = state.graph();
        this.now = now;
        this.steps = progress.steps().toArray(StepState[]::new);
        this.payload = progress.payload();
        this.backward = progress.backward();
        this.cause = progress.cause();
        this.notices = new ArrayList<>(progress.waiting().notices());
        this.stash = new ArrayList<>(progress.waiting().stash());
        this.assignee = progress.waiting().assignee();
        this.parentEnd = progress.waiting().parentEnd();
        this.parkAnnounced = state.status() == SagaStatus.PARKED;
    }

    // ---- reading

    SagaState before() {
        return before;
    }

    StepState step(int position) {
        return steps[position];
    }

    StepSpec spec(int position) {
        return graph.steps().get(position);
    }

    boolean parked() {
        for (StepState step : steps) {
            if (step.status().parked()) {
                return true;
            }
        }
        return false;
    }

    List<String> parkedSteps() {
        return Arrays.stream(steps)
                .filter(step -> step.status().parked())
                .map(step -> step.token().step())
                .toList();
    }

    /** Position of the pivot, or -1. */
    int pivot() {
        for (int i = 0; i < steps.length; i++) {
            if (spec(i).pivot()) {
                return i;
            }
        }
        return -1;
    }

    // ---- moving one step

    void move(int position, Move move, @Nullable String why) {
        StepStatus next = StepTable.move(steps[position].status(), move);
        steps[position] = why == null ? steps[position].as(next) : steps[position].as(next, why);
    }

    /** The attempt comes to nothing that anybody knows of: taken back as if it had run, or forgotten. */
    void abandon(int position, @Nullable String why) {
        move(position, steps[position].mayHaveRun() ? Move.DOUBT : Move.FORGET, why);
    }

    /** A business no: whatever attempts were lost before, nothing happened. */
    void refuse(int position, String why) {
        move(position, Move.REFUSED, why);
        steps[position] = steps[position].certainlyNotRun();
    }

    boolean awaits(int position, StepToken token) {
        return steps[position].status().inFlight() && steps[position].token().equals(token);
    }

    void tryAgain(int position, boolean mayHaveRun, @Nullable String why) {
        StepState step = steps[position];
        StepStatus next = StepTable.move(step.status(), Move.TRY_AGAIN);
        int attempt = step.token().attempt() + 1;
        long salt = before.id().value() ^ (long) step.token().step().hashCode() << 32;
        Instant due = now.plus(spec(position).conduct().retry().pauseBefore(attempt, salt));
        steps[position] = step.again(next, due, mayHaveRun, why);
        invoke(position);
    }

    /** At once, because a person says so. */
    void retryNow(int position) {
        StepState step = steps[position];
        StepStatus next = StepTable.move(step.status(), Move.PERSON_RETRIES);
        boolean sameKey = next == StepStatus.UNDOING || step.mayHaveRun();
        steps[position] = sameKey ? step.again(next, now, false, step.detail()) : step.act(now);
        invoke(position);
    }

    /** As {@link #retryNow}, after a person vouched that no earlier attempt of the action happened. */
    void retryAnew(int position) {
        if (steps[position].status() == StepStatus.PARKED) {
            steps[position] = steps[position].certainlyNotRun();
        }
        retryNow(position);
    }

    void note(int position, boolean mayHaveRun, String why) {
        StepState step = steps[position];
        steps[position] = new StepState(step.status(), step.token(), step.due(), step.mayHaveRun() || mayHaveRun, why);
    }

    /** After a person's resume: what was taken back or refused is done once more, what is in doubt goes on under its key. */
    private void redo(int position) {
        StepState step = steps[position];
        StepStatus next = StepTable.next(step.status(), Move.PERSON_REDOES);
        if (next == StepStatus.RUNNING && allPassedBefore(position)) {
            steps[position] = step.again(next, now, false, step.detail());
            invoke(position);
        } else if (next == StepStatus.NOT_STARTED) {
            steps[position] = step.as(next);
        }
    }

    private void invoke(int position) {
        StepState step = steps[position];
        effects.add(new SagaEffect.Invoke(step.token(), java.util.Objects.requireNonNull(step.due())));
    }

    // ---- the whole saga

    void turnBack(String why) {
        if (backward) {
            return;
        }
        backward = true;
        if (cause == null) {
            cause = why;
        }
        announce(Notice.CANCELLED);
        for (int i = 0; i < steps.length; i++) {
            StepState step = steps[i];
            if (step.status() == StepStatus.PARKED) {
                abandon(i, null);
            } else if (step.status() == StepStatus.RUNNING) {
                leaveBehind(i);
            }
        }
    }

    /** An attempt that has certainly not left is dropped; any other is waited for, except a sub-saga, which is called back. */
    private void leaveBehind(int position) {
        StepState step = steps[position];
        StepKind kind = spec(position).kind();
        boolean notSent = step.due() != null && step.due().isAfter(now);
        if (kind == StepKind.SAGA) {
            steps[position] = step.again(step.status(), now, true, step.detail());
            abandon(position, null);
        } else if (kind == StepKind.DELAY || (kind == StepKind.LOCAL && notSent)) {
            abandon(position, null);
        } else if (notSent) {
            // Another owner's clock may have been ahead and sent it: taken back as if it had run.
            note(
                    position,
                    true,
                    java.util.Objects.requireNonNullElse(step.detail(), "turned back between two attempts"));
            abandon(position, null);
        }
    }

    void announce(Notice notice) {
        if (graph.notices().contains(notice) && !notices.contains(notice)) {
            notices.add(notice);
            effects.add(new SagaEffect.Notify(notice));
        }
    }

    /** Launches what may be launched now, unless a person is waited for. */
    void goOn() {
        if (parked()) {
            if (!parkAnnounced) {
                announce(Notice.PARKED);
                parkAnnounced = true;
            }
            return;
        }
        for (int i = 0; i < steps.length; i++) {
            if (!backward) {
                redo(i);
            }
            if (backward ? mayUndo(i) : mayLaunch(i)) {
                if (backward) {
                    StepTable.move(steps[i].status(), Move.UNDO);
                    steps[i] = steps[i].undo(now);
                } else {
                    StepTable.move(steps[i].status(), Move.LAUNCH);
                    steps[i] = steps[i].act(dueOf(i));
                }
                invoke(i);
            }
        }
    }

    private Instant dueOf(int position) {
        StepSpec spec = spec(position);
        return spec.kind() == StepKind.DELAY ? now.plus(spec.conduct().timeout()) : now;
    }

    private boolean mayLaunch(int position) {
        return steps[position].status() == StepStatus.NOT_STARTED && allPassedBefore(position);
    }

    private boolean allPassedBefore(int position) {
        for (int needed : graph.before(position)) {
            if (!steps[needed].status().passed()) {
                return false;
            }
        }
        return true;
    }

    /** The inverse of the forward graph: a step is taken back after everything behind it has been. */
    private boolean mayUndo(int position) {
        return toUndo(position) && settledBehind(position);
    }

    private boolean settledBehind(int position) {
        for (int later : graph.behind(position)) {
            if (steps[later].status().inFlight() || toUndo(later) || !settledBehind(later)) {
                return false;
            }
        }
        return true;
    }

    private boolean toUndo(int position) {
        return steps[position].leftSomething() && spec(position).compensated();
    }

    SagaState state(int seq) {
        SagaStatus status = status();
        if (status != before.status() && status != SagaStatus.RUNNING && status != SagaStatus.COMPENSATING) {
            if (status.ended()) {
                effects.add(new SagaEffect.ReleaseChildren(status == SagaStatus.COMPLETED));
            }
            effects.add(new SagaEffect.Settled(status));
        }
        List<SagaEvent.Answer> kept = stash.isEmpty() ? List.of() : List.copyOf(stash);
        List<Notice> told = notices.isEmpty() ? List.of() : List.copyOf(notices);
        SagaState.Waiting waiting = kept.isEmpty() && told.isEmpty() && assignee == null && parentEnd == null
                ? SagaState.Waiting.NOTHING
                : new SagaState.Waiting(told, kept, assignee, parentEnd);
        SagaState.Progress progress = new SagaState.Progress(List.of(steps), payload, backward, cause, waiting);
        return new SagaState(before.head(), graph, seq, status, progress);
    }

    private SagaStatus status() {
        if (parked()) {
            return SagaStatus.PARKED;
        }
        if (backward) {
            return nothingLeft() && notices.isEmpty() ? SagaStatus.COMPENSATED : SagaStatus.COMPENSATING;
        }
        if (!allPassed() || !notices.isEmpty()) {
            return SagaStatus.RUNNING;
        }
        return before.head().parent() == null || parentEnd != null ? SagaStatus.COMPLETED : SagaStatus.HELD;
    }

    private boolean allPassed() {
        for (StepState step : steps) {
            if (!step.status().passed()) {
                return false;
            }
        }
        return true;
    }

    private boolean nothingLeft() {
        for (int i = 0; i < steps.length; i++) {
            if (steps[i].status().inFlight() || toUndo(i)) {
                return false;
            }
        }
        return true;
    }
}
