package io.tallystick.cdc.replicator;

import io.tallystick.cdc.RowWriter;
import io.tallystick.jdbc.Dialect;
import javax.sql.DataSource;

/**
 * A database that changes are applied to, and how.
 *
 * @param name unique in its pipeline; with the pipeline's name it names the position row, so it must never change
 * @param dataSource gives connections to the target; two suffice
 */
public record ReplicatedTarget(
        String name, DataSource dataSource, Dialect dialect, RowWriter writer, ChangeMapping mapping) {}
