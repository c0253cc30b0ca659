package io.tallystick.examples;

/**
 * How far one flow is, or all of them together. What is counted are sagas, transactions, or accounts.
 *
 * @param started those that were started
 * @param completed of these, ended with every step done, every branch committed, or every row carried over
 * @param undone of these, ended with everything compensated or rolled back
 * @param parked of these, waiting for a person now
 * @param interventions how often a person stepped in
 */
public record FlowCounters(long started, long completed, long undone, long parked, long interventions) {

    /** Before anything has begun. */
    public static final FlowCounters NONE = new FlowCounters(0, 0, 0, 0, 0);

    /** Not yet ended. */
    public long unfinished() {
        return started - completed - undone;
    }

    /** Both together. */
    public FlowCounters plus(FlowCounters other) {
        return new FlowCounters(
                started + other.started,
                completed + other.completed,
                undone + other.undone,
                parked + other.parked,
                interventions + other.interventions);
    }
}
