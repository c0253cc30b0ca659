/**
 * Takes a source's transactions to its targets, each exactly once: one thread reads and maps, one for each target applies. Here are the
 * pipeline and its runner, groups and their coalescing, copies of tables between the changes, quarantine, conflicts, and the leases by
 * which several runners share pipelines. What comes in and goes out is told by the ports of {@link io.tallystick.cdc}.
 */
@NullMarked
package io.tallystick.cdc.replicator;

import org.jspecify.annotations.NullMarked;
