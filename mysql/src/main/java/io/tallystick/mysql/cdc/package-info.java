/**
 * Reads changes from the binary log of MariaDB and MySQL: {@link io.tallystick.mysql.cdc.BinlogChangeSource} is where to start.
 *
 * <p>The MariaDB driver opens the connection (TLS, every way to sign in); on it the server is asked to send its log as it does to
 * a replica ({@code DumpConnection}). One thread for each open stream reads the events, puts transactions together
 * ({@code TransactionAssembler}) and cuts rows into undecoded cells ({@code RowsReader}); the replicator's thread polls the pieces.
 * Resuming goes by GTID alone, never by file and offset. The other way round, {@link io.tallystick.mysql.cdc.MySqlRowWriter} writes
 * rows into either database.
 */
@NullMarked
package io.tallystick.mysql.cdc;

import org.jspecify.annotations.NullMarked;
