package io.tallystick.bench.contender;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three steps that each change one business row in the database of the engine; the rows are spread over 10,000. */
public final class LocalSteps implements Workload {
    private static final int ACCOUNTS = 10_000;
    private static final int STRIDE = 7_919; // a prime: neighbouring sagas touch rows far apart

    @Override
    public String name() {
        return "local";
    }

    @Override
    public boolean isLocal() {
        return true;
    }

    @Override
    public List<String> schema() {
        return List.of(
                "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL)",
                IntStream.range(0, ACCOUNTS)
                        .mapToObj(id -> "(" + id + ", 0)")
                        .collect(Collectors.joining(", ", "INSERT INTO account VALUES ", "")));
    }

    @Override
    public Change change(int step, long saga) {
        return new Change(
                "UPDATE account SET balance = balance + ? WHERE id = ?",
                1,
                Math.floorMod(saga * STEPS * STRIDE + (long) step * STRIDE, ACCOUNTS));
    }
}
