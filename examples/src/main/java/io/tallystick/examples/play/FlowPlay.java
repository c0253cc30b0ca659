package io.tallystick.examples.play;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.examples.world.Role;
import io.tallystick.saga.Intervention;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** What one flow brings to a run. Thread-safe. */
public interface FlowPlay {

    /** Its services, each after those it calls. */
    List<Role> roles();

    /** Puts master data in place. */
    void prepare(Stage stage);

    /** The stories that show the flow and its faults. */
    List<Scene> scenes();

    /**
     * The next saga under load, its data put in place.
     *
     * @param faults those that may be built into the wish itself
     * @param number unique in this run
     */
    Wish wish(Stage stage, SplittableRandom chance, Set<Fault> faults, int number);

    /** What the person in charge does with a parked saga; empty to wait. */
    Optional<Intervention> helpWith(Wish wish, Standing standing);

    /** Whether the books of all services agree, now that every saga has ended. */
    List<Check> check(Books books);
}
