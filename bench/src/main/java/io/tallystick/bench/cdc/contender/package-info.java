/**
 * What carries changes from one database to another: Tallystick, the servers' own replication, Debezium, and readers that apply
 * nothing. Start at {@link io.tallystick.bench.cdc.contender.Replications}. Each is started and ended by one thread.
 */
@NullMarked
package io.tallystick.bench.cdc.contender;

import org.jspecify.annotations.NullMarked;
