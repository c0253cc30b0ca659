package io.tallystick.saga;

import io.tallystick.message.OperationKey;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * Tries out on a real database that a participant's compensation is the inverse of its action, also when it comes twice,
 * without the action, or before it. Throws {@link AssertionError}, so it fits every test framework.
 *
 * <pre>{@code
 * CompensationProperties.assertInverse("debit",
 *         key -> participant.handle(key, debit), key -> participant.handle(key.compensation(), credit),
 *         () -> select("select id, balance from account order by id"));
 * }</pre>
 *
 * <p>Each property uses keys of its own and begins where the one before ended. Not for several threads at once.
 */
public final class CompensationProperties {

    /** The participant's whole work for one operation, with its barrier and its commit; throws {@link StepRefused} for a no. */
    @FunctionalInterface
    public interface Operation {
        void run(OperationKey key) throws Exception;
    }

    private final String name;
    private final Operation action;
    private final Operation compensation;
    private final Callable<?> snapshot;

    private CompensationProperties(String name, Operation action, Operation compensation, Callable<?> snapshot) {
        this.name = name;
        this.action = action;
        this.compensation = compensation;
        this.snapshot = snapshot;
    }

    /**
     * Checks all properties.
     *
     * @param name part of the keys; a name that this database has not seen, or the barrier repeats its old answers
     * @param action is given action keys
     * @param compensation is given the compensation key of the same execution
     * @param snapshot the business rows as a value with {@code equals}; without the barrier's own rows
     * @throws AssertionError naming the property, the state before and the state after
     */
    public static void assertInverse(String name, Operation action, Operation compensation, Callable<?> snapshot) {
        CompensationProperties properties = new CompensationProperties(name, action, compensation, snapshot);
        properties.actionIsSeen();
        properties.actionThenCompensation();
        properties.actionTwice();
        properties.compensationTwice();
        properties.compensationWithoutAction();
    }

    /** Otherwise all that follows would hold of work that does nothing. */
    private void actionIsSeen() {
        OperationKey key = key("seen");
        Object before = state();
        act(key);
        if (Objects.equals(before, state())) {
            throw new AssertionError("the action changed nothing that the snapshot shows: " + before
                    + ". Let the snapshot read the rows that the action writes");
        }
        undo(key);
    }

    private void actionThenCompensation() {
        Object before = state();
        OperationKey key = key("inverse");
        act(key);
        undo(key);
        same("the action and then its compensation leave nothing behind", before);
    }

    private void actionTwice() {
        OperationKey key = key("repeated");
        act(key);
        Object once = state();
        act(key);
        same("an action delivered twice happens once", once);
        undo(key);
    }

    private void compensationTwice() {
        OperationKey key = key("twice");
        act(key);
        undo(key);
        Object once = state();
        undo(key);
        same("a compensation delivered twice happens once", once);
    }

    private void compensationWithoutAction() {
        Object before = state();
        OperationKey key = key("early");
        undo(key);
        same("a compensation without its action does nothing", before);
        act(key);
        same("an action that comes after its compensation is refused", before);
    }

    private void same(String property, Object expected) {
        Object found = state();
        if (!Objects.equals(expected, found)) {
            throw new AssertionError(property + ": expected " + expected + ", found " + found
                    + ". Run action and compensation behind a barrier, and let the compensation undo exactly what the"
                    + " action did");
        }
    }

    private void act(OperationKey key) {
        run("action", action, key);
    }

    private void undo(OperationKey key) {
        run("compensation", compensation, key.compensation());
    }

    private static void run(String what, Operation operation, OperationKey key) {
        try {
            operation.run(key);
        } catch (StepRefused refused) {
            if (what.equals("compensation")) {
                throw new AssertionError(
                        "a compensation must not be refused, " + key + " was: " + refused.reason(), refused);
            }
        } catch (Exception e) {
            throw new AssertionError("the " + what + " " + key + " failed: " + e, e);
        }
    }

    private Object state() {
        try {
            return Objects.requireNonNull(snapshot.call(), "the snapshot is null");
        } catch (Exception e) {
            throw new AssertionError("the snapshot failed: " + e, e);
        }
    }

    private OperationKey key(String property) {
        return OperationKey.action(name + "-" + property, "property");
    }
}
