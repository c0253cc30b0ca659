/**
 * Databases whose log Debezium's connectors read, as sources of changes; Oracle is the one that users get. Untested on a live Oracle.
 *
 * <p>Start at {@link io.tallystick.debezium.OracleCdc} for what is offered and at {@link io.tallystick.debezium.Connector} for what
 * differs by database; {@link io.tallystick.debezium.DebeziumChangeSource} is the adapter. Whoever polls a stream drives Debezium's task;
 * the task has threads of its own behind it.
 */
@NullMarked
package io.tallystick.debezium;

import org.jspecify.annotations.NullMarked;
