package io.tallystick.xa;

import static io.tallystick.xa.XaPhase.ABORTING;
import static io.tallystick.xa.XaPhase.ACTIVE;
import static io.tallystick.xa.XaPhase.COMMITTED;
import static io.tallystick.xa.XaPhase.COMMITTING;
import static io.tallystick.xa.XaPhase.DECIDING;
import static io.tallystick.xa.XaPhase.DOOMED;
import static io.tallystick.xa.XaPhase.HANDED_OVER;
import static io.tallystick.xa.XaPhase.IN_DOUBT;
import static io.tallystick.xa.XaPhase.ONE_PHASE;
import static io.tallystick.xa.XaPhase.PREPARING;
import static io.tallystick.xa.XaPhase.ROLLED_BACK;
import static io.tallystick.xa.XaPhase.UNKNOWN;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Every legal move of a transaction, on one screen. Built when the class loads: two rules for one pair, a way out of a final phase
 * and a phase that nobody reaches are errors there. docs/pictures/xa-machine.svg is drawn from it.
 */
final class XaTable {

    private static final Map<XaPhase, Map<Class<? extends XaEvent>, Row>> ROWS = new EnumMap<>(XaPhase.class);

    static {
        on(ACTIVE, XaEvent.Joined.class, XaMachine::joined, ACTIVE);
        on(ACTIVE, XaEvent.RollbackOnly.class, XaMachine::doomed, DOOMED);
        on(
                ACTIVE,
                XaEvent.CommitAsked.class,
                XaMachine::commitAsked,
                ONE_PHASE,
                PREPARING,
                DECIDING,
                COMMITTED,
                HANDED_OVER);
        on(ACTIVE, XaEvent.RollbackAsked.class, XaMachine::rollbackAsked, ABORTING, ROLLED_BACK);
        on(ACTIVE, XaEvent.TimedOut.class, (s, e) -> XaMachine.timedOut(s), ABORTING, ROLLED_BACK);

        on(DOOMED, XaEvent.RollbackOnly.class, (s, e) -> Turn.to(s), DOOMED);
        on(DOOMED, XaEvent.CommitAsked.class, (s, e) -> XaMachine.doomedCommit(s), ABORTING, ROLLED_BACK);
        on(DOOMED, XaEvent.RollbackAsked.class, XaMachine::rollbackAsked, ABORTING, ROLLED_BACK);
        on(DOOMED, XaEvent.TimedOut.class, (s, e) -> XaMachine.timedOut(s), ABORTING, ROLLED_BACK);

        on(ONE_PHASE, XaEvent.Spoken.class, XaMachine::spokenAlone, COMMITTED, ROLLED_BACK, UNKNOWN, COMMITTING);

        on(
                PREPARING,
                XaEvent.Voted.class,
                XaMachine::voted,
                PREPARING,
                DECIDING,
                ONE_PHASE,
                COMMITTED,
                HANDED_OVER,
                ABORTING,
                ROLLED_BACK);
        on(PREPARING, XaEvent.TimedOut.class, (s, e) -> XaMachine.timedOut(s), ABORTING);

        on(
                DECIDING,
                XaEvent.Spoken.class,
                XaMachine::spokenLast,
                COMMITTING,
                COMMITTED,
                ABORTING,
                ROLLED_BACK,
                IN_DOUBT);
        on(DECIDING, XaEvent.Decided.class, XaMachine::decided, COMMITTING, ABORTING);
        on(DECIDING, XaEvent.NotDecided.class, XaMachine::notDecided, ABORTING);
        on(DECIDING, XaEvent.DecisionUnknown.class, XaMachine::decisionUnknown, IN_DOUBT);

        on(IN_DOUBT, XaEvent.Settled.class, XaMachine::settled, COMMITTING, COMMITTED, HANDED_OVER, ABORTING);
        on(IN_DOUBT, XaEvent.DecisionUnknown.class, XaMachine::stillInDoubt, IN_DOUBT);

        for (XaPhase phaseTwo : EnumSet.of(COMMITTING, ABORTING)) {
            XaPhase end = phaseTwo == COMMITTING ? COMMITTED : ROLLED_BACK;
            on(phaseTwo, XaEvent.Answered.class, XaMachine::answered, phaseTwo, end);
            on(phaseTwo, XaEvent.Gone.class, XaMachine::gone, phaseTwo, end);
            on(phaseTwo, XaEvent.StillThere.class, XaMachine::stillThere, phaseTwo);
            on(phaseTwo, XaEvent.EvidenceKept.class, XaMachine::evidenceKept, phaseTwo, end);
            on(phaseTwo, XaEvent.WaitedEnough.class, (s, e) -> XaMachine.waitedEnough(s), phaseTwo);
        }
        on(ABORTING, XaEvent.Voted.class, XaMachine::votedLate, ABORTING, ROLLED_BACK);
        on(ABORTING, XaEvent.RollbackAsked.class, (s, e) -> Turn.to(s), ABORTING);
        check();
    }

    private XaTable() {}

    /** What follows from this event; what is not in the table changes nothing and says why. */
    static Turn turn(XaState state, XaEvent event) {
        Map<Class<? extends XaEvent>, Row> rows = ROWS.get(state.phase());
        Row row = rows == null ? null : rows.get(event.getClass());
        return row == null
                ? Turn.refuse(
                        state,
                        "a transaction that is " + state.phase() + " takes no "
                                + event.getClass().getSimpleName())
                : row.apply(state, event);
    }

    /** The table: from each phase, by each kind of event, to which phases. */
    static Map<XaPhase, Map<String, Set<XaPhase>>> moves() {
        Map<XaPhase, Map<String, Set<XaPhase>>> moves = new EnumMap<>(XaPhase.class);
        ROWS.forEach((phase, rows) -> {
            Map<String, Set<XaPhase>> of = new java.util.TreeMap<>();
            rows.forEach((event, row) -> of.put(event.getSimpleName(), row.to));
            moves.put(phase, of);
        });
        return moves;
    }

    private static <E extends XaEvent> void on(
            XaPhase from, Class<E> event, BiFunction<XaState, E, Turn> rule, XaPhase... to) {
        Row before = ROWS.computeIfAbsent(from, p -> new HashMap<>())
                .put(event, new Row((s, e) -> rule.apply(s, event.cast(e)), EnumSet.copyOf(Set.of(to))));
        if (before != null) {
            throw new IllegalStateException("two rules for " + event.getSimpleName() + " in " + from);
        }
    }

    private static void check() {
        Set<XaPhase> reached = EnumSet.of(ACTIVE);
        ROWS.forEach((phase, rows) -> {
            if (phase.isFinal()) {
                throw new IllegalStateException("a way out of the final phase " + phase);
            }
            rows.values().forEach(row -> reached.addAll(row.to));
        });
        if (reached.size() != XaPhase.values().length) {
            throw new IllegalStateException(
                    "phases that nobody reaches: " + EnumSet.complementOf(EnumSet.copyOf(reached)));
        }
    }

    private record Row(BiFunction<XaState, XaEvent, Turn> rule, Set<XaPhase> to) {
        Turn apply(XaState state, XaEvent event) {
            Turn turn = rule.apply(state, event);
            if (!to.contains(turn.next().phase())) {
                throw new IllegalStateException("rule for " + event + " in " + state.phase() + " led to "
                        + turn.next().phase() + ", allowed are " + to);
            }
            return turn;
        }
    }
}
