package io.tallystick.bench.contender;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the three steps of a saga do; the steps are numbered 1 to 3. Thread-safe. */
public interface Workload {

    int STEPS = 3;

    String name();

    /** Statements that make the business tables. */
    default List<String> schema() {
        return List.of();
    }

    /** The business row that a step writes in the engine's own database, or null when it does nothing there. */
    default @Nullable Change change(int step, long saga) {
        return null;
    }

    /** Whether the step says no; only the last one ever does. */
    default boolean refuses(int step, long saga) {
        return false;
    }

    /** Whether the steps write to the engine's own database. */
    default boolean isLocal() {
        return false;
    }

    /**
     * A statement with two parameters.
     *
     * @param amount the first parameter
     * @param row the second
     */
    record Change(String sql, long amount, long row) {}
}
