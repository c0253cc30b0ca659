package io.tallystick.testkit.sim;

/** What an event does. */
@FunctionalInterface
public interface SimAction {
    /** Runs at the event's time; whatever it throws fails the simulation. */
    void run() throws Exception;
}
