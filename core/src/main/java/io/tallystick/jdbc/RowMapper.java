package io.tallystick.jdbc;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Makes a value of one row. The row is only valid during the call. */
@FunctionalInterface
public interface RowMapper<T extends @Nullable Object> {

    T map(Row row) throws SQLException;
}
