package io.tallystick.debezium;

import java.util.Map;

/** Debezium's settings that the adapter relies on; nobody may set them otherwise. */
final class AdapterSettings {

    private AdapterSettings() {}

    static Map<String, String> of(String placeholder) {
        return Map.ofEntries(
                // the borders of transactions
                Map.entry("provide.transaction.metadata", "true"),
                // no value is rounded
                Map.entry("decimal.handling.mode", "precise"),
                Map.entry("interval.handling.mode", "string"),
                Map.entry("time.precision.mode", "adaptive"),
                Map.entry("binary.handling.mode", "bytes"),
                Map.entry("column.propagate.source.type", ".*"),
                Map.entry("unavailable.value.placeholder", placeholder),
                // nothing is left out, nothing is added
                Map.entry("skipped.operations", "none"),
                Map.entry("tombstones.on.delete", "false"),
                Map.entry("include.schema.changes", "false"),
                Map.entry("event.processing.failure.handling.mode", "fail"),
                // trying again, with longer and longer pauses, is the replicator's work
                Map.entry("errors.max.retries", "0"),
                Map.entry("poll.interval.ms", "10"),
                Map.entry("heartbeat.interval.ms", "500"));
    }
}
