package io.tallystick.debezium;

import java.util.Map;

/** What a query that is asked from now on will see of the log. Immutable. */
public interface Moment {

    /** The end of the log now, as an offset at which a connector could stand. */
    Map<String, Object> end();

    /** Whether the transaction that ends at this offset is visible; false also when that is not sure. */
    boolean saw(Map<String, Object> offset);

    /** Whether everything that was in the log at an earlier moment is visible now, and every transaction that was open then has ended. */
    boolean isSettledSince(Moment earlier);
}
