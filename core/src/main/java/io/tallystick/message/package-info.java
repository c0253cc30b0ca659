/**
 * Commands, replies and events between services, and what makes them safe to repeat: channels (at least once, in
 * order per key), the participant's barrier (each operation takes effect once, a compensation never before or without
 * its action), idempotent HTTP endpoints, and the client that asks until the outcome is known. Start at
 * {@link io.tallystick.message.Channel}. Values are immutable and may be used by any thread; threads are started only
 * by classes that are {@link AutoCloseable}, and end when those are closed.
 */
@NullMarked
package io.tallystick.message;

import org.jspecify.annotations.NullMarked;
