package io.tallystick.cdc.query;

import io.tallystick.jdbc.WrappingDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** A pool that whoever uses it cannot close. */
record KeptOpen(DataSource wrapped) implements WrappingDataSource {

    @Override
    public Connection getConnection() throws SQLException {
        return wrapped.getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return wrapped.getConnection(user, password);
    }
}
