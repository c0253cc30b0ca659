package io.tallystick.saga;

/** What somebody outside wants to hear about a saga; delivered at least once, before the saga may end. */
public enum Notice {
    /** It waits for a person. */
    PARKED,
    /** It turned back: the moment to tell the customer that nothing will come of it. */
    CANCELLED,
    /** Its deadline passed when it could no longer turn back. */
    OVERDUE
}
