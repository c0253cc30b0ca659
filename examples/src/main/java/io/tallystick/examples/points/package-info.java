/**
 * Card points: the point service holds 100 points, the payment service says that 1,000 won are due. Using the points must
 * end at 0 points and 900 won due; 100 / 900 is the company's loss, 0 / 1,000 the customer's. Start at
 * {@link io.tallystick.examples.points.PointsSaga}, which does it backward and forward. Every class named
 * {@code ...Service} is a process of its own.
 */
@NullMarked
package io.tallystick.examples.points;

import org.jspecify.annotations.NullMarked;
