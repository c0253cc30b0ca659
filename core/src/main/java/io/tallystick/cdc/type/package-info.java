/**
 * What becomes of a column's values on their way from one database to another, told before anything is written, and the table that takes
 * them. Start at {@link io.tallystick.cdc.type.TypeReport}. Nothing here connects to anything; immutable, for any thread.
 */
@NullMarked
package io.tallystick.cdc.type;

import org.jspecify.annotations.NullMarked;
