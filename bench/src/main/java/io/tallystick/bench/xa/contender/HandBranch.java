package io.tallystick.bench.xa.contender;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A connection to one of the databases and the statements of two-phase commit there, each phase in one round trip. One client uses it at
 * a time.
 */
abstract sealed class HandBranch implements AutoCloseable {
    final Connection connection;
    final Statement statement;

    private HandBranch(Connection connection) throws SQLException {
        this.connection = connection;
        this.statement = connection.createStatement();
    }

    static HandBranch open(Till till) throws SQLException {
        return till.isPostgres() ? new Postgres(till) : new MariaDb(till);
    }

    /** The credit, as the first statement of a branch of that name. */
    abstract void credit(Transfer transfer, String name) throws SQLException;

    abstract void prepare(String name) throws SQLException;

    abstract void commit(String name) throws SQLException;

    @Override
    public final void close() throws SQLException {
        connection.close();
    }

    /** Names its branch when it prepares; BEGIN travels with the first statement. */
    private static final class Postgres extends HandBranch {
        private Postgres(Till till) throws SQLException {
            super(till.connect());
            connection.setAutoCommit(false);
        }

        @Override
        void credit(Transfer transfer, String name) throws SQLException {
            transfer.credit(connection);
        }

        @Override
        void prepare(String name) throws SQLException {
            statement.execute("PREPARE TRANSACTION '" + name + "'");
        }

        /** Outside a transaction: the driver must not send BEGIN. */
        @Override
        void commit(String name) throws SQLException {
            connection.setAutoCommit(true);
            statement.execute("COMMIT PREPARED '" + name + "'");
            connection.setAutoCommit(false);
        }
    }

    /** Names its branch when it begins. */
    private static final class MariaDb extends HandBranch {
        private MariaDb(Till till) throws SQLException {
            super(till.connect("?allowMultiQueries=true"));
        }

        @Override
        void credit(Transfer transfer, String name) throws SQLException {
            transfer.credit(connection, "XA START '" + name + "'");
        }

        @Override
        void prepare(String name) throws SQLException {
            statement.execute("XA END '" + name + "';XA PREPARE '" + name + "'");
        }

        @Override
        void commit(String name) throws SQLException {
            statement.execute("XA COMMIT '" + name + "'");
        }
    }
}
