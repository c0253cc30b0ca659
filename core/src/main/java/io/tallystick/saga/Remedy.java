package io.tallystick.saga;

/** What the process does when a step is refused, or when retrying it has not led to a known outcome. */
public enum Remedy {
    /** Backward recovery: take everything back. */
    COMPENSATE,
    /** Forward recovery: wait for a person, keeping everything as it is. */
    PARK
}
