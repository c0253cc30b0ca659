/**
 * Pictures that the build draws from the code for docs/. Start at {@link io.tallystick.drawing.MoveTable}. Below all floors, knows none;
 * one thread at a time.
 */
@NullMarked
package io.tallystick.drawing;

import org.jspecify.annotations.NullMarked;
