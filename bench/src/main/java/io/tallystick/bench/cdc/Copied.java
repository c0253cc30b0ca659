package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.Replication;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what a contender does, gently: it looks every few milliseconds, and not for ever. */
final class Copied {
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Replication replication;

    Copied(Replication replication) {
        this.replication = replication;
    }

    /** Until the target shows the row of this key. */
    void row(Stage stage, long id) throws SQLException, TimeoutException {
        try (Connection connection = stage.target().connect()) {
            row(connection, id);
        }
    }

    /** The same over a connection to the target that is open already: opening one takes the contender's processor. */
    void row(Connection connection, long id) throws SQLException, TimeoutException {
        try (Statement statement = connection.createStatement()) {
            until("row " + id + " at the target", () -> has(statement, id));
        }
    }

    /** Until so many changes were read. */
    void changes(long wanted) throws TimeoutException {
        until(wanted + " changes", () -> replication.counted() >= wanted);
    }

    void until(String what, BooleanSupplier isTrue) throws TimeoutException {
        long begun = System.nanoTime();
        for (int looks = 0; !isTrue.getAsBoolean(); looks++) {
            if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                throw new TimeoutException(what + " did not come in " + PATIENCE.toSeconds() + " s");
            }
            if (looks % 100 == 0) {
                replication.check();
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private static boolean has(Statement statement, long id) {
        try (ResultSet row = statement.executeQuery("SELECT 1 FROM bench WHERE id = " + id)) {
            return row.next();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
