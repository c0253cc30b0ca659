/**
 * Measures sagas side by side with the peers. {@link io.tallystick.bench.SagaBench} is the command; a {@code Cell} is one
 * contender under one workload with one number of clients on one freshly started database, measured on the thread that
 * called it while its clients run on threads of their own. Not published.
 */
@NullMarked
package io.tallystick.bench;

import org.jspecify.annotations.NullMarked;
