package io.tallystick.bench;

import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.StepContext;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;

/**
 * A saga whose effects can be counted: a local step, a call outside that leaves a row for every time it was made, and a local step.
 * Thread-safe.
 */
final class Journey {
    static final List<String> SCHEMA = List.of(
            "CREATE TABLE departure (trip bigint NOT NULL)",
            "CREATE TABLE booking (operation text NOT NULL)",
            "CREATE TABLE arrival (trip bigint NOT NULL)");

    private final DataSource outside;
    private final SagaDefinition<Trip> definition;

    Journey(DataSource outside) {
        this.outside = outside;
        this.definition = Saga.define("journey", Trip.class)
                .step("depart")
                .local((tx, trip) -> tx.update("INSERT INTO departure VALUES (?)", trip.number()))
                .compensate((tx, trip) -> tx.update("DELETE FROM departure WHERE trip = ?", trip.number()))
                .step("book")
                .call((context, trip) -> book(context))
                .compensate((context, trip) -> {})
                .step("arrive")
                .local((tx, trip) -> tx.update("INSERT INTO arrival VALUES (?)", trip.number()))
                .compensate((tx, trip) -> tx.update("DELETE FROM arrival WHERE trip = ?", trip.number()))
                .build();
    }

    SagaDefinition<Trip> definition() {
        return definition;
    }

    /** Its first step never returns. */
    static SagaDefinition<Trip> stuck() {
        return Saga.define("stuck", Trip.class)
                .step("wait")
                .call((context, trip) -> new CountDownLatch(1).await())
                .compensate((context, trip) -> {})
                .timeout(Duration.ofHours(1))
                .build();
    }

    private void book(StepContext context) throws SQLException {
        try (Connection connection = outside.getConnection();
                PreparedStatement statement = connection.prepareStatement("INSERT INTO booking VALUES (?)")) {
            statement.setString(1, context.key().toString());
            statement.executeUpdate();
        }
    }

    Effects effects() throws SQLException {
        try (Connection connection = outside.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT (SELECT count(*) FROM tally_saga), (SELECT count(*) FROM tally_saga WHERE ended_at IS NULL),
                               (SELECT count(*) FROM departure), (SELECT count(*) FROM arrival),
                               (SELECT count(DISTINCT operation) FROM booking), (SELECT count(*) FROM booking)
                        """)) {
            row.next();
            return new Effects(
                    row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), row.getLong(6));
        }
    }

    /** The saga's data. */
    record Trip(long number) {}

    /** What there is after all of it. */
    record Effects(long sagas, long unfinished, long departures, long arrivals, long operations, long bookings) {
        boolean complete() {
            return unfinished == 0 && departures == sagas && arrivals == sagas && operations == sagas;
        }
    }
}
