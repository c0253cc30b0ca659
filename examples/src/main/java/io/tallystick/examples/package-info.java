/**
 * The reference flows, runnable: each service is a process of its own with a database of its own. Start at
 * {@link io.tallystick.examples.Demo}. The parent process plays customers, faults and the person who steps in, and in the
 * end compares the books of all databases.
 */
@NullMarked
package io.tallystick.examples;

import org.jspecify.annotations.NullMarked;
