/**
 * Two-phase commit over JDBC: the databases that take part, each behind a branch driver with a pool of its own. All of it is safe for use by
 * many threads, except a branch and its connection.
 */
@NullMarked
package io.tallystick.xa.database;

import org.jspecify.annotations.NullMarked;
