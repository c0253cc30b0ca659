/**
 * Orchestrated sagas: a business process over several services, each with its own database, that ends completed or
 * compensated whatever fails in between.
 *
 * <p>Start at {@link io.tallystick.saga.Saga#define} to describe a process and at {@link io.tallystick.saga.SagaEngine}
 * to run it. The protocol is {@link io.tallystick.saga.SagaMachine}, a pure function; {@code SagaLoop} drives it, one
 * thread at a time for each engine, steps run on an executor, and every change of state is durable before anything leaves.
 */
@NullMarked
package io.tallystick.saga;

import org.jspecify.annotations.NullMarked;
