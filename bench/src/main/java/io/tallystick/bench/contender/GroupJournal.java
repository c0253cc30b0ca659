package io.tallystick.bench.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** One thread writes what has come in since its last commit in one statement. Thread-safe. */
final class GroupJournal implements HandWritten.Journal {
    private static final String BATCH = """
            WITH e AS (INSERT INTO saga_event (saga, seq, step, kind)
                       SELECT * FROM unnest(?::bigint[], ?::smallint[], ?::smallint[], ?::smallint[])),
                 s AS (INSERT INTO saga (id, status, payload) SELECT id, 0, payload FROM unnest(?::bigint[], ?::text[]) AS n (id, payload))
            UPDATE saga SET status = 1 WHERE id = ANY (?)
            """;

    private final Connection connection;
    private final Steps steps;
    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Thread writer = new Thread(this::writeAll, "hand-written writer");

    GroupJournal(Connection connection, Steps steps) {
        this.connection = connection;
        this.steps = steps;
        if (steps.workload().isLocal()) {
            throw new IllegalArgumentException("local steps commit with their own transaction, not with the group");
        }
        writer.start();
    }

    @Override
    public void write(Change change) {
        Waiting waiting = new Waiting(change, new CompletableFuture<>());
        queue.add(waiting);
        waiting.durable.join();
    }

    @Override
    public boolean perform(Change done) {
        if (!steps.act(done.step(), done.saga())) {
            return false;
        }
        write(done);
        return true;
    }

    private void writeAll() {
        List<Waiting> batch = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(BATCH)) {
            while (true) {
                batch.add(queue.take());
                queue.drainTo(batch);
                insert(statement, batch);
                batch.forEach(waiting -> waiting.durable.complete(null));
                batch.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (SQLException e) {
            batch.addAll(queue);
            batch.forEach(waiting -> waiting.durable.completeExceptionally(e));
        }
    }

    private void insert(PreparedStatement statement, List<Waiting> batch) throws SQLException {
        List<Change> changes = batch.stream().map(Waiting::change).toList();
        List<Change> first = changes.stream().filter(Change::isFirst).toList();
        statement.setObject(1, changes.stream().mapToLong(Change::saga).toArray());
        statement.setObject(2, shorts(changes.stream().map(Change::seq).toList()));
        statement.setObject(3, shorts(changes.stream().map(Change::step).toList()));
        statement.setObject(
                4, shorts(changes.stream().map(change -> (int) change.kind()).toList()));
        statement.setObject(5, first.stream().mapToLong(Change::saga).toArray());
        statement.setObject(
                6,
                first.stream()
                        .map(change -> "{\"number\":" + change.saga() + "}")
                        .toArray(String[]::new));
        statement.setObject(
                7, changes.stream().filter(Change::last).mapToLong(Change::saga).toArray());
        statement.executeUpdate();
    }

    private static short[] shorts(List<Integer> values) {
        short[] array = new short[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i).shortValue();
        }
        return array;
    }

    @Override
    public void close() throws Exception {
        writer.interrupt();
        writer.join();
        connection.close();
    }

    private record Waiting(Change change, CompletableFuture<@Nullable Void> durable) {}
}
