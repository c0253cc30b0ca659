package io.tallystick.debezium;

import io.debezium.pipeline.txmetadata.TransactionContext;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;

/**
 * Lets a connector find for itself where to begin: it notes how the tables look, into its schema history where it has one, and says where
 * the log stands. Nothing else that it reads meanwhile is used.
 */
final class Beginning {

    private static final String SNAPSHOT = "snapshot";

    private Beginning() {}

    /**
     * The first offset at which the connector reads the log.
     *
     * @param task a new task
     * @throws UnavailableException when it has not come so far in this time
     */
    static Map<String, Object> of(SourceTask task, Map<String, String> settings, Duration longest) {
        long deadline = System.nanoTime() + longest.toNanos();
        try (TaskRun run = TaskRun.start(task, settings, null)) {
            while (System.nanoTime() - deadline < 0) {
                for (SourceRecord record : run.poll()) {
                    Map<String, Object> parts = TransactionAssembler.parts(record);
                    if (!parts.isEmpty() && !parts.containsKey(SNAPSHOT) && !isInsideTransaction(parts)) {
                        return parts;
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while the connector looked for where to begin", e);
        }
        throw new UnavailableException(
                "the connector has not told within " + longest + " where to begin; it is asked again", null);
    }

    /** A transaction begun from there would come without its first changes. */
    private static boolean isInsideTransaction(Map<String, Object> parts) {
        return parts.containsKey(TransactionContext.OFFSET_TRANSACTION_ID);
    }
}
