package io.tallystick.saga;

import static io.tallystick.saga.Finding.Severity.ERROR;
import static io.tallystick.saga.Finding.Severity.HINT;
import static io.tallystick.saga.Finding.Severity.WARNING;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Looks at a saga's design before it runs. A finding is accepted at one of its steps with a written reason: {@code
 * .accept("external-before-local", "the bank's reference is needed")}. Stateless and thread-safe.
 */
public final class SagaLinter {

    static final List<LintRule> RULES = List.of(
            new LintRule(
                    "missing-compensation",
                    ERROR,
                    "a step that stays done when the saga turns back",
                    RecoveryRules::missingCompensation),
            new LintRule(
                    "no-pivot",
                    WARNING,
                    "no point of no return although something cannot be taken back",
                    RecoveryRules::noPivot),
            new LintRule("two-pivots", ERROR, "more than one point of no return", RecoveryRules::twoPivots),
            new LintRule(
                    "compensable-after-pivot",
                    ERROR,
                    "a step behind the pivot that would turn the saga back",
                    RecoveryRules::compensableAfterPivot),
            new LintRule(
                    "forward-only-before-pivot",
                    ERROR,
                    "a step that cannot be taken back while the saga still can",
                    RecoveryRules::forwardOnlyBeforePivot),
            new LintRule(
                    "forward-only-can-refuse",
                    WARNING,
                    "a refusal where there is no way back",
                    RecoveryRules::forwardOnlyCanRefuse),
            new LintRule(
                    "external-before-local",
                    WARNING,
                    "an external call before a local step that does not need it",
                    OrderRules::externalBeforeLocal),
            new LintRule(
                    "likely-failure-late",
                    WARNING,
                    "a step that may be refused behind steps that cost more",
                    OrderRules::likelyFailureLate),
            new LintRule(
                    "stale-check",
                    WARNING,
                    "a check whose answer is relied on only after others have acted",
                    OrderRules::staleCheck),
            new LintRule(
                    "could-be-one-transaction",
                    HINT,
                    "local steps next to each other",
                    OrderRules::couldBeOneTransaction),
            new LintRule(
                    "parallel-writes",
                    ERROR,
                    "parallel branches that write one resource",
                    IsolationRules::parallelWrites),
            new LintRule(
                    "dirty-read", WARNING, "others can read what a compensation may change", IsolationRules::dirtyRead),
            new LintRule(
                    "call-without-key",
                    HINT,
                    "a call whose participant may not know the idempotency key",
                    IsolationRules::callWithoutKey),
            new LintRule(
                    "attempt-longer-than-deadline",
                    ERROR,
                    "one attempt may outlast the saga",
                    TimeRules::attemptLongerThanDeadline),
            new LintRule(
                    "deadline-too-short",
                    WARNING,
                    "the deadline ends retries that are still allowed",
                    TimeRules::deadlineTooShort),
            new LintRule(
                    "unreachable-behind-delay",
                    ERROR,
                    "a delay that the deadline always cuts off",
                    TimeRules::unreachableBehindDelay),
            new LintRule(
                    "endless-retry", WARNING, "retries that nobody lives to see the end of", TimeRules::endlessRetry),
            new LintRule(
                    "nobody-hears-of-parking",
                    WARNING,
                    "a saga can wait for a person whom nobody calls",
                    TimeRules::nobodyHearsOfParking));

    private static final String CHILD_RULE = "sub-saga-cannot-be-undone";

    private SagaLinter() {}

    /** As {@link #lint(SagaGraph)}, and looks into sub-sagas. */
    public static LintReport lint(SagaDefinition<?> definition) {
        List<Finding> findings = new ArrayList<>(lint(definition.graph()).findings());
        for (StepSpec step : definition.graph().steps()) {
            if (definition.work(step.name()) instanceof StepWork.Child<?, ?> child
                    && step.compensable()
                    && child.definition().graph().steps().stream().anyMatch(inner -> !inner.compensable())) {
                findings.add(accepted(
                        definition.graph(),
                        new Finding(
                                CHILD_RULE,
                                ERROR,
                                List.of(step.name()),
                                "'" + child.definition().type()
                                        + "' has a pivot, so it cannot be taken back once that is done, but"
                                        + " this saga counts on taking it back",
                                "mark the step .pivot() or .forwardOnly(), or take the pivot out of the sub-saga",
                                List.of(),
                                null)));
            }
        }
        return new LintReport(definition.type(), findings);
    }

    public static LintReport lint(SagaGraph graph) {
        List<Finding> findings = new ArrayList<>();
        for (LintRule rule : RULES) {
            rule.findings(graph).forEach(finding -> findings.add(accepted(graph, finding)));
        }
        return new LintReport(graph.type(), findings);
    }

    private static Finding accepted(SagaGraph graph, Finding finding) {
        return finding.acceptedBecause(finding.steps().stream()
                .map(step -> graph.step(step).traits().accepted().get(finding.rule()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null));
    }
}
