/**
 * Card points by two-phase commit, in one process: start at {@link io.tallystick.examples.twophase.CardDesk}. The points lie in
 * PostgreSQL, the bill in MariaDB, and nobody ever reads a half-done state. Threads: the caller's.
 */
@NullMarked
package io.tallystick.examples.twophase;

import org.jspecify.annotations.NullMarked;
