package io.tallystick.examples.play;

import io.tallystick.examples.Fault;
import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.saga.Intervention;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** A flow whose customers want sagas. Thread-safe. */
public interface SagaPlay extends Play {

    /**
     * The next saga under load, its data put in place.
     *
     * @param faults those that may be built into the wish itself
     * @param number unique in this run
     */
    Wish wish(Stage stage, SplittableRandom chance, Set<Fault> faults, int number);

    /** What the person in charge does with a parked saga; empty to wait. */
    Optional<Intervention> helpWith(Wish wish, Standing standing);

    @Override
    default Crowd crowd(Stage stage) {
        return new SagaCrowd(this, stage);
    }
}
