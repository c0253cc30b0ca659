/**
 * A network that misbehaves: {@link io.tallystick.testkit.net.FaultProxy} stands between a client and a server on TCP
 * and delays, cuts, resets, swallows or slows down what passes. It needs no privileges. Thread-safe; each connection has
 * four daemon threads.
 */
@NullMarked
package io.tallystick.testkit.net;

import org.jspecify.annotations.NullMarked;
