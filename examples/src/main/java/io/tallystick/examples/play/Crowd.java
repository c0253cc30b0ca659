package io.tallystick.examples.play;

import io.tallystick.examples.Fault;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The customers of one flow under load, and whoever looks after what they asked for. */
public interface Crowd {

    /**
     * The next customer asks for something, its data put in place, and is answered. Called by many threads.
     *
     * @param faults those that may be built into the wish itself
     * @param number unique in this run
     * @throws RuntimeException when nobody answered
     */
    void ask(SplittableRandom chance, Set<Fault> faults, int number);

    /** Looks how far everything is, and helps where a person is waited for. Called by one thread, now and then. */
    void look();

    /** How many wait for a person now. */
    long parked();

    /** What was asked for and has not ended, for a message; empty when all has. */
    List<String> rest();
}
