package io.tallystick.saga;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * A participant as the explorer sees it: one number, and what the steps do to it. Immutable.
 *
 * <pre>{@code
 * Model.of("account", 1000).on("book-balance", b -> b - 100).undo(b -> b + 100)
 * }</pre>
 */
public final class Model {

    private record Change(LongUnaryOperator action, LongUnaryOperator compensation) {}

    private final String name;
    private final long start;
    private final Map<String, Change> changes;
    private final String last;

    private Model(String name, long start, Map<String, Change> changes, String last) {
        this.name = name;
        this.start = start;
        this.changes = changes;
        this.last = last;
    }

    /** A balance that begins at zero. */
    public static Model of(String name) {
        return of(name, 0);
    }

    public static Model of(String name, long start) {
        return new Model(name, start, Map.of(), "");
    }

    /** What the step's action does to the balance. Its compensation does nothing unless {@link #undo} follows. */
    public Model on(String step, LongUnaryOperator action) {
        return with(step, new Change(action, LongUnaryOperator.identity()));
    }

    /** What the compensation of the step named last does to the balance. */
    public Model undo(LongUnaryOperator compensation) {
        Change change = changes.get(last);
        if (change == null) {
            throw new IllegalArgumentException("model '" + name + "': undo() must follow on(step, ...)");
        }
        return with(last, new Change(change.action(), compensation));
    }

    String name() {
        return name;
    }

    long start() {
        return start;
    }

    Iterable<String> steps() {
        return changes.keySet();
    }

    long after(String step, boolean compensation, long balance) {
        Change change = changes.get(step);
        if (change == null) {
            return balance;
        }
        return (compensation ? change.compensation() : change.action()).applyAsLong(balance);
    }

    private Model with(String step, Change change) {
        Map<String, Change> more = new LinkedHashMap<>(changes);
        more.put(step, change);
        return new Model(name, start, more, step);
    }
}
