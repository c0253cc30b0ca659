/**
 * Card points by two-phase commit: the points lie in PostgreSQL, the bill in MariaDB, and nobody ever reads a half-done state. In one
 * process: start at {@link io.tallystick.examples.twophase.CardDesk}; over two services, either of which may decide: at {@link
 * io.tallystick.examples.twophase.CardBillsService}. Every class named {@code ...Service} is a process of its own. Threads: the caller's.
 */
@NullMarked
package io.tallystick.examples.twophase;

import org.jspecify.annotations.NullMarked;
