package io.tallystick.saga;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every legal move of a step, on one screen. Built when the class loads; two moves for one pair, a status nobody reaches
 * and a status nobody leaves although it is not an end are errors there. docs/pictures/step-machine.svg is drawn from it.
 */
final class StepTable {

    /** What can happen to a step. */
    enum Move {
        LAUNCH,
        DONE,
        REFUSED,
        TRY_AGAIN,
        GIVE_UP,
        FORGET,
        UNDO,
        PERSON_RETRIES,
        PERSON_MARKS_DONE,
        PERSON_SKIPS,
        DOUBT,
        PERSON_REDOES
    }

    private static final Map<StepStatus, Map<Move, StepStatus>> MOVES = new EnumMap<>(StepStatus.class);

    static {
        on(StepStatus.NOT_STARTED, Move.LAUNCH, StepStatus.RUNNING);
        on(StepStatus.RUNNING, Move.DONE, StepStatus.DONE);
        on(StepStatus.RUNNING, Move.REFUSED, StepStatus.REFUSED);
        on(StepStatus.RUNNING, Move.TRY_AGAIN, StepStatus.RUNNING);
        on(StepStatus.RUNNING, Move.GIVE_UP, StepStatus.PARKED);
        on(StepStatus.RUNNING, Move.DOUBT, StepStatus.IN_DOUBT);
        on(StepStatus.RUNNING, Move.FORGET, StepStatus.NOT_STARTED);
        on(StepStatus.REFUSED, Move.GIVE_UP, StepStatus.PARKED);
        on(StepStatus.PARKED, Move.DONE, StepStatus.DONE);
        on(StepStatus.PARKED, Move.REFUSED, StepStatus.REFUSED);
        on(StepStatus.PARKED, Move.PERSON_RETRIES, StepStatus.RUNNING);
        on(StepStatus.PARKED, Move.PERSON_MARKS_DONE, StepStatus.DONE);
        on(StepStatus.PARKED, Move.PERSON_SKIPS, StepStatus.SKIPPED);
        on(StepStatus.PARKED, Move.DOUBT, StepStatus.IN_DOUBT);
        on(StepStatus.PARKED, Move.FORGET, StepStatus.NOT_STARTED);
        on(StepStatus.DONE, Move.UNDO, StepStatus.UNDOING);
        on(StepStatus.SKIPPED, Move.UNDO, StepStatus.UNDOING);
        on(StepStatus.IN_DOUBT, Move.UNDO, StepStatus.UNDOING);
        on(StepStatus.IN_DOUBT, Move.PERSON_REDOES, StepStatus.RUNNING);
        on(StepStatus.UNDOING, Move.DONE, StepStatus.UNDONE);
        on(StepStatus.UNDOING, Move.TRY_AGAIN, StepStatus.UNDOING);
        on(StepStatus.UNDOING, Move.GIVE_UP, StepStatus.UNDO_PARKED);
        on(StepStatus.UNDO_PARKED, Move.DONE, StepStatus.UNDONE);
        on(StepStatus.UNDO_PARKED, Move.PERSON_RETRIES, StepStatus.UNDOING);
        on(StepStatus.UNDO_PARKED, Move.PERSON_MARKS_DONE, StepStatus.UNDONE);
        on(StepStatus.UNDO_PARKED, Move.PERSON_SKIPS, StepStatus.UNDONE);
        on(StepStatus.UNDONE, Move.PERSON_REDOES, StepStatus.NOT_STARTED);
        on(StepStatus.REFUSED, Move.PERSON_REDOES, StepStatus.NOT_STARTED);
        verify();
    }

    private StepTable() {}

    /** Where the move leads, or null if it is not legal from there. */
    static @Nullable StepStatus next(StepStatus from, Move move) {
        return MOVES.getOrDefault(from, Map.of()).get(move);
    }

    /** Where the move leads. @throws IllegalStateException if the machine asks for a move that is not in the table */
    static StepStatus move(StepStatus from, Move move) {
        StepStatus next = next(from, move);
        if (next == null) {
            throw new IllegalStateException(
                    "a step that is " + from + " cannot " + move + ": broken invariant of the machine");
        }
        return next;
    }

    static Map<StepStatus, Map<Move, StepStatus>> moves() {
        return MOVES;
    }

    private static void on(StepStatus from, Move move, StepStatus to) {
        StepStatus earlier =
                MOVES.computeIfAbsent(from, s -> new EnumMap<>(Move.class)).put(move, to);
        if (earlier != null) {
            throw new IllegalStateException("two moves for " + from + " and " + move);
        }
    }

    private static void verify() {
        Set<StepStatus> reached = EnumSet.of(StepStatus.NOT_STARTED);
        MOVES.values().forEach(row -> reached.addAll(row.values()));
        if (!reached.equals(EnumSet.allOf(StepStatus.class))) {
            throw new IllegalStateException("nobody reaches " + EnumSet.complementOf(EnumSet.copyOf(reached)));
        }
        Set<StepStatus> left = EnumSet.copyOf(MOVES.keySet());
        if (!left.equals(EnumSet.allOf(StepStatus.class))) {
            throw new IllegalStateException("nobody leaves " + EnumSet.complementOf(EnumSet.copyOf(left)));
        }
    }
}
