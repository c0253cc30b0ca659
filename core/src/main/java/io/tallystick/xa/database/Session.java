package io.tallystick.xa.database;

/**
 * What was learnt about a physical connection when it was made.
 *
 * @param id names the server's session well enough to end it, and never another one that got the same number later
 * @param incarnation which database the connection leads to, as in {@link io.tallystick.xa.BranchDriver#incarnation}; empty if unknown
 */
record Session(String id, String incarnation) {}
