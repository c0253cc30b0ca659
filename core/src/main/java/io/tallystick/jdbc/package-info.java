/**
 * Transactions over a {@link javax.sql.DataSource}, with every failure told by what the caller can do about it. Start at
 * {@link io.tallystick.jdbc.Jdbc}; a caller that has its own transaction starts at {@link io.tallystick.jdbc.Tx#of}. What differs
 * between PostgreSQL, MariaDB and MySQL is a value of {@link io.tallystick.jdbc.Dialect}, and vendor codes are read in
 * {@link io.tallystick.jdbc.SqlErrors} alone. {@code Jdbc} and {@code Schema} may be shared between threads, a {@code Tx} may not.
 */
@NullMarked
package io.tallystick.jdbc;

import org.jspecify.annotations.NullMarked;
