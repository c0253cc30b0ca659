package io.tallystick.examples.play;

import io.tallystick.examples.Check;
import io.tallystick.examples.Flow;
import io.tallystick.examples.world.Role;
import java.util.List;

/** What one flow brings to a run: its services, its stories, its customers, and what must hold in the end. Thread-safe. */
public interface Play {

    /** Whose play it is. */
    Flow flow();

    /** Its services, each after those it calls. */
    List<Role> roles();

    /** Puts master data in place. */
    void prepare(Stage stage);

    /** The stories that show the flow and its faults. */
    List<Scene> scenes();

    /** Its customers, for one run under load. */
    Crowd crowd(Stage stage);

    /** Whether the books of all services agree, now that everything has ended. */
    List<Check> check(Books books);
}
