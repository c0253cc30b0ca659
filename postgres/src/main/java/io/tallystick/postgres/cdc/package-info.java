/**
 * Changes out of PostgreSQL's log and into PostgreSQL's tables. Out: logical decoding with pgoutput in binary form, version 14 or newer;
 * start at {@link io.tallystick.postgres.cdc.PostgresChangeSource}. The driver opens the connection, with authentication and TLS;
 * frames and messages are read here from a large buffer, because the driver's reader is the slowest part of the way. One thread polls a
 * stream; two small threads of its own keep it alive and look how far the server's log has grown. In: start at {@link
 * io.tallystick.postgres.cdc.PostgresRowWriter}; values go over the wire in binary, cells of another PostgreSQL as they came.
 */
@NullMarked
package io.tallystick.postgres.cdc;

import org.jspecify.annotations.NullMarked;
