/**
 * Measures two-phase commit side by side with other transaction managers and with SQL by hand. {@link io.tallystick.bench.xa.XaBench}
 * is the command. Every contender runs with its clients in a JVM of its own ({@code Coordinator}), because the managers are one to a
 * process and because they are there to be killed; this side starts it, tells it by its standard input when to measure, and reads
 * what the databases spent. One thread; clients are threads of the other process. Not published.
 */
@NullMarked
package io.tallystick.bench.xa;

import org.jspecify.annotations.NullMarked;
