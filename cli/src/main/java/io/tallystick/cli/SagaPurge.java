package io.tallystick.cli;

import io.tallystick.saga.SagaDesk;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally saga purge}. */
@Command(
        name = "purge",
        description = "Delete sagas that ended before a time, with their history. Unfinished ones are never touched.",
        mixinStandardHelpOptions = true)
final class SagaPurge implements Callable<Integer> {

    private static final int BATCH = 1_000;

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private Output output;

    @Option(
            names = "--ended-before",
            paramLabel = "TIME",
            required = true,
            converter = SinceConverter.class,
            description = "so long ago, such as 30d, a date or an instant")
    private Since endedBefore;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "at most so many (${DEFAULT-VALUE})")
    private int limit;

    @Override
    public Integer call() {
        try (Database connection = database.open()) {
            SagaDesk desk = SagaDesk.on(database.jdbc(connection));
            Instant now = desk.now();
            Instant before = endedBefore.from(now);
            if (Duration.between(before, now).isNegative()) {
                throw new IllegalArgumentException("--ended-before is " + before + ", which lies in the future");
            }
            long deleted = purge(desk, before);
            if (output.json()) {
                output.json(Map.of("deleted", deleted, "endedBefore", Words.json(before)));
            } else {
                output.line(deleted + " sagas deleted that ended before " + Words.exact(before));
            }
        }
        return Exit.OK;
    }

    /** In small transactions, so that running engines hardly notice. */
    private long purge(SagaDesk desk, Instant before) {
        long deleted = 0;
        int batch;
        do {
            batch = desk.purge(before, (int) Math.min(BATCH, limit - deleted));
            deleted += batch;
        } while (batch == BATCH && deleted < limit);
        return deleted;
    }
}
