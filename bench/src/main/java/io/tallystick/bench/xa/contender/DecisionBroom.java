package io.tallystick.bench.xa.contender;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;

/** Deletes decisions that every branch has carried out, many at a time, on a thread and a connection of its own. */
final class DecisionBroom implements AutoCloseable {
    private static final int AT_ONCE = 500;

    private final BlockingQueue<Long> done = new LinkedBlockingQueue<>();
    private final Connection connection;
    private final Thread thread = new Thread(this::sweep, "broom");

    private DecisionBroom(Connection connection) {
        this.connection = connection;
        thread.setDaemon(true);
    }

    static DecisionBroom start(Till till) throws SQLException {
        Connection connection = till.connect();
        if (till.isPostgres()) {
            try (Statement statement = connection.createStatement()) {
                // a deletion that is lost in a crash is made again
                statement.execute("SET synchronous_commit = off");
            }
        }
        DecisionBroom broom = new DecisionBroom(connection);
        broom.thread.start();
        return broom;
    }

    void done(long number) {
        done.add(number);
    }

    private void sweep() {
        List<Long> numbers = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            while (true) {
                numbers.add(done.take());
                done.drainTo(numbers, AT_ONCE - numbers.size());
                if (numbers.size() == AT_ONCE) {
                    statement.executeUpdate("DELETE FROM hand_decision WHERE number IN ("
                            + numbers.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")");
                    numbers.clear();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw new IllegalStateException("the broom of the decisions broke", e);
        }
    }

    @Override
    public void close() throws Exception {
        thread.interrupt();
        thread.join();
        connection.close();
    }
}
