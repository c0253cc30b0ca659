package io.tallystick.message;

import java.util.Map;

/**
 * The idempotency key of one business operation. It stays the same over every retry of an unknown outcome; only a
 * deliberate new execution of the step (a loop, or a person who asks for it) counts {@code execution} up. A
 * compensation has the execution of the action that it undoes.
 *
 * @param instance the saga or other process that asks; 1 to 200 characters without blanks
 * @param step the step's name; 1 to 100 characters without blanks and without {@code :}
 * @param phase action or compensation
 * @param execution which execution of the step, from 1
 */
public record OperationKey(String instance, String step, Phase phase, int execution) {
    /** Longest instance id, in characters. */
    public static final int MAX_INSTANCE = 200;
    /** Longest step name, in characters. */
    public static final int MAX_STEP = 100;

    public OperationKey {
        Names.require("instance", instance, MAX_INSTANCE);
        Names.require("step", step, MAX_STEP);
        if (step.indexOf(':') >= 0) {
            throw new IllegalArgumentException("step '" + step + "' contains ':', which separates the parts of an"
                    + " operation key; rename the step");
        }
        if (execution < 1) {
            throw new IllegalArgumentException(
                    "execution of step '" + step + "' is " + execution + ": executions are counted from 1");
        }
    }

    /** The key of the first execution of a step's action. */
    public static OperationKey action(String instance, String step) {
        return new OperationKey(instance, step, Phase.ACTION, 1);
    }

    /** The key of the compensation that undoes this action; itself if it is a compensation already. */
    public OperationKey compensation() {
        return new OperationKey(instance, step, Phase.COMPENSATION, execution);
    }

    /** The key of the action that this compensation undoes; itself if it is an action already. */
    public OperationKey action() {
        return new OperationKey(instance, step, Phase.ACTION, execution);
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @throws IllegalArgumentException if the text is no operation key
     */
    public static OperationKey parse(String text) {
        int third = text.lastIndexOf(':');
        int second = third < 0 ? -1 : text.lastIndexOf(':', third - 1);
        int first = second < 0 ? -1 : text.lastIndexOf(':', second - 1);
        if (first < 0) {
            throw new IllegalArgumentException(
                    "operation key '" + text + "' has too few parts: expected instance:step:phase:execution");
        }
        return new OperationKey(
                text.substring(0, first),
                text.substring(first + 1, second),
                Phase.ofWord(text.substring(second + 1, third)),
                Names.count("execution in operation key '" + text + "'", text.substring(third + 1)));
    }

    /**
     * The key of the operation that a command asks for, or that a reply answers.
     *
     * @throws IllegalArgumentException if the message has no header {@link Headers#OPERATION}, or a wrong one
     */
    public static OperationKey of(Message message) {
        return parse(message.requireHeader(Headers.OPERATION));
    }

    /** The headers that carry this key: {@link Headers#OPERATION} and its four parts. */
    public Map<String, String> headers() {
        return Map.of(
                Headers.OPERATION, toString(),
                Headers.SAGA, instance,
                Headers.STEP, step,
                Headers.PHASE, phase.word(),
                Headers.EXECUTION, Integer.toString(execution));
    }

    /** {@code instance:step:action:1}. The instance may contain colons, the other parts cannot. */
    @Override
    public String toString() {
        return instance + ':' + step + ':' + phase.word() + ':' + execution;
    }
}
