/**
 * Two-phase commit over JDBC databases: where decisions lie ({@link io.tallystick.xa.database.JdbcDecisionStore}) and the databases
 * that take part. All of it is safe for use by many threads, except a branch and its connection.
 */
@NullMarked
package io.tallystick.xa.database;

import org.jspecify.annotations.NullMarked;
