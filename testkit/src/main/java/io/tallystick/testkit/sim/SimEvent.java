package io.tallystick.testkit.sim;

import java.time.Duration;

/** An event that was scheduled and may be cancelled. */
public final class SimEvent implements Comparable<SimEvent> {
    private final Duration due;
    private final long sequence;
    private final String name;
    private final SimAction action;
    private boolean cancelled;

    SimEvent(Duration due, long sequence, String name, SimAction action) {
        this.due = due;
        this.sequence = sequence;
        this.name = name;
        this.action = action;
    }

    /** When it happens, counted from the start of the simulation. */
    public Duration due() {
        return due;
    }

    /** The name it was scheduled under. */
    public String name() {
        return name;
    }

    /** Keeps the event from happening; no effect once it has happened. */
    public void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    SimAction action() {
        return action;
    }

    /** By time, then in the order of scheduling: two runs of one seed never differ. */
    @Override
    public int compareTo(SimEvent other) {
        int byTime = due.compareTo(other.due);
        return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SimEvent that && sequence == that.sequence && due.equals(that.due);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }

    @Override
    public String toString() {
        return name + " at +" + due;
    }
}
