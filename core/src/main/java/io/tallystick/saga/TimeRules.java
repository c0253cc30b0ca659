package io.tallystick.saga;

import io.tallystick.saga.LintRule.Suspicion;
import java.time.Duration;
import java.util.List;

/** Rules about deadlines, retries and waiting. */
final class TimeRules {

    /** Beyond this a step retries longer than people remember what it was about. */
    private static final Duration ENDLESS = Duration.ofDays(30);

    private TimeRules() {}

    /** The timeout of one attempt is at least the saga's deadline. */
    static List<Suspicion> attemptLongerThanDeadline(SagaGraph graph) {
        Duration deadline = graph.deadline();
        return RecoveryRules.each(
                graph,
                step -> deadline != null
                        && step.kind() != StepKind.DELAY
                        && !RecoveryRules.behindPivot(graph, step)
                        && step.conduct().timeout().compareTo(deadline) >= 0,
                (step, found) -> found.add(Suspicion.of(
                        step,
                        "one attempt may take " + step.conduct().timeout() + ", the whole saga " + deadline
                                + ": it is cancelled before the first answer counts as missing",
                        "shorten the timeout or lengthen the deadline")));
    }

    /** Along the longest path up to the pivot, attempts and pauses together outlast the deadline. */
    static List<Suspicion> deadlineTooShort(SagaGraph graph) {
        Duration deadline = graph.deadline();
        if (deadline == null) {
            return List.of();
        }
        Duration[] until = new Duration[graph.size()];
        int longest = 0;
        for (int i = 0; i < graph.size(); i++) {
            until[i] = longestOf(graph.steps().get(i));
            for (int before : graph.before(i)) {
                Duration behind = until[before].plus(longestOf(graph.steps().get(i)));
                until[i] = until[i].compareTo(behind) > 0 ? until[i] : behind;
            }
            boolean counts = !RecoveryRules.behindPivot(graph, graph.steps().get(i));
            longest = counts && until[i].compareTo(until[longest]) > 0 ? i : longest;
        }
        return until[longest].compareTo(deadline) <= 0
                ? List.of()
                : List.of(Suspicion.of(
                        graph.steps().get(longest),
                        "attempts and pauses up to here may take " + until[longest]
                                + ", but the saga is cancelled after " + deadline + " while retries are still allowed",
                        "lengthen the deadline, or allow fewer attempts with .retry(...) and shorter ones with"
                                + " .timeout(...)"));
    }

    /** A delay lasts as long as the deadline, so what stands behind it is never reached. */
    static List<Suspicion> unreachableBehindDelay(SagaGraph graph) {
        Duration deadline = graph.deadline();
        return RecoveryRules.each(
                graph,
                step -> deadline != null
                        && step.kind() == StepKind.DELAY
                        && !RecoveryRules.behindPivot(graph, step)
                        && step.conduct().timeout().compareTo(deadline) >= 0,
                (step, found) -> found.add(Suspicion.of(
                        step,
                        "the deadline of " + deadline
                                + " passes first: every saga is cancelled here and nothing behind it"
                                + " is ever reached",
                        "lengthen the deadline beyond the delay")));
    }

    /** Retrying may go on for longer than a month. */
    static List<Suspicion> endlessRetry(SagaGraph graph) {
        return RecoveryRules.each(
                graph,
                step -> longestOf(step).compareTo(ENDLESS) > 0 && step.kind() != StepKind.DELAY,
                (step, found) -> found.add(Suspicion.of(
                        step,
                        "its attempts may go on for " + longestOf(step).toDays() + " days before anybody hears of it",
                        "allow fewer attempts; a saga that waits for a person is seen at once")));
    }

    /** A step can park and nobody registered to hear of it. */
    static List<Suspicion> nobodyHearsOfParking(SagaGraph graph) {
        List<String> parking = RecoveryRules.names(
                graph,
                step -> step.kind() != StepKind.DELAY
                        && (step.conduct().onGiveUp() == Remedy.PARK
                                || step.conduct().onRefusal() == Remedy.PARK
                                || step.compensated()));
        return parking.isEmpty() || graph.notices().contains(Notice.PARKED)
                ? List.of()
                : List.of(new Suspicion(
                        parking,
                        "the saga can wait for a person at " + parking + " with its locks kept, and nobody is called",
                        "register .onParked(...)",
                        List.of()));
    }

    private static Duration longestOf(StepSpec step) {
        StepSpec.Conduct conduct = step.conduct();
        return step.kind() == StepKind.DELAY
                ? conduct.timeout()
                : conduct.timeout()
                        .multipliedBy(conduct.retry().attempts())
                        .plus(conduct.retry().total());
    }
}
