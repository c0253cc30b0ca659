/**
 * Changes into PostgreSQL: start at {@link io.tallystick.postgres.cdc.PostgresRowWriter}. Values go over the wire in binary,
 * cells of another PostgreSQL as they came.
 */
@NullMarked
package io.tallystick.postgres.cdc;

import org.jspecify.annotations.NullMarked;
