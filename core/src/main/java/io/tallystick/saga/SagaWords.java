package io.tallystick.saga;

import io.tallystick.message.Phase;
import org.jspecify.annotations.Nullable;

/** Events as sentences for people. */
public final class SagaWords {

    private SagaWords() {}

    public static String of(SagaEvent event) {
        if (event instanceof SagaEvent.Answer answer) {
            return answer(answer);
        }
        if (event instanceof SagaEvent.Intervened intervened) {
            return act(intervened.intervention());
        }
        if (event instanceof SagaEvent.CancelRequested cancel) {
            return cancel.by() + " asked to cancel it: " + cancel.why();
        }
        if (event instanceof SagaEvent.DeadlinePassed passed) {
            return "the deadline " + passed.deadline() + " passed";
        }
        if (event instanceof SagaEvent.ParentEnded ended) {
            return ended.completed() ? "its parent completed" : "its parent was taken back";
        }
        if (event instanceof SagaEvent.Notified notified) {
            return notice(notified.notice())
                    + (notified.delivered() ? " was told" : " could not be told: given up after the last attempt");
        }
        if (event instanceof SagaEvent.Migrated migrated) {
            return "moved from definition " + migrated.formerHash() + " to " + migrated.definitionHash();
        }
        return event.toString();
    }

    /** The step that the event is about, or null. */
    public static @Nullable String step(SagaEvent event) {
        if (event instanceof SagaEvent.Answer answer) {
            return answer.token().step();
        }
        return event instanceof SagaEvent.Intervened intervened
                ? intervened.intervention().step()
                : null;
    }

    /** A word for the kind of the event, such as {@code step-done}. */
    public static String kind(SagaEvent event) {
        return event.getClass()
                .getSimpleName()
                .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                .toLowerCase(java.util.Locale.ROOT);
    }

    private static String answer(SagaEvent.Answer answer) {
        StepToken token = answer.token();
        boolean back = token.phase() == Phase.COMPENSATION;
        String step = "'" + token.step() + "'";
        String attempt = token.attempt() > 1 ? " at attempt " + token.attempt() : "";
        if (answer instanceof SagaEvent.StepDone done) {
            String change = done.payload() == null || back ? "" : "; it changed the payload";
            return step + (back ? " is taken back" : " is done") + attempt + change;
        }
        if (answer instanceof SagaEvent.StepWasRefused refused) {
            return (back ? "taking back " + step : step) + " was refused" + attempt + ": " + refused.code() + ": "
                    + refused.reason();
        }
        SagaEvent.StepUnknown unknown = (SagaEvent.StepUnknown) answer;
        return "the outcome of " + (back ? "taking back " : "") + step + " is unknown" + attempt + ": "
                + unknown.reason() + (unknown.mayHaveRun() ? "" : " (it certainly did not happen)");
    }

    private static String act(Intervention act) {
        String step = act.step() == null ? "the parked step" : "'" + act.step() + "'";
        String what = switch (act.verb()) {
            case RETRY -> " ordered " + step + " to be tried again";
            case EDIT -> " changed the payload and ordered " + step + " to be tried again";
            case MARK_DONE -> " vouched that " + step + " is done";
            case SKIP -> " decided to go on without " + step;
            case COMPENSATE -> " ordered it to be taken back";
            case RESUME -> " ordered it to go forward again";
            case REASSIGN -> " made " + act.data() + " responsible";
            case NOTE -> " noted";
        };
        return act.who() + what + ": " + act.why();
    }

    private static String notice(Notice notice) {
        return switch (notice) {
            case PARKED -> "that it is parked";
            case CANCELLED -> "that it is cancelled";
            case OVERDUE -> "that it is overdue";
        };
    }
}
