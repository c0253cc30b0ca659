package io.tallystick.cli;

import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaLedger;
import io.tallystick.saga.SagaStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally saga list}. */
@Command(name = "list", description = "List sagas, newest first.", mixinStandardHelpOptions = true)
final class SagaList implements Callable<Integer> {

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private Output output;

    @Option(names = "--type", paramLabel = "TYPE", description = "sagas of this type")
    private @Nullable String type;

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "one of ${COMPLETION-CANDIDATES}",
            converter = StateConverter.class,
            completionCandidates = StateConverter.class)
    private @Nullable SagaStatus state;

    @Option(names = "--key", paramLabel = "KEY", description = "the saga with this business key")
    private @Nullable String key;

    @Option(names = "--correlation", paramLabel = "ID", description = "sagas with this correlation id")
    private @Nullable String correlation;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "started in the last 90s, 15m, 2h or 7d, or since an instant such as 2026-11-22T06:00:00Z",
            converter = SinceConverter.class)
    private @Nullable Since since;

    @Option(names = "--unowned", description = "only sagas whose engine has lost its lease")
    private boolean unowned;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "at most so many (${DEFAULT-VALUE})")
    private int limit;

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new IllegalArgumentException("--limit was " + limit + ", expected at least 1");
        }
        try (Database connection = database.open()) {
            SagaDesk desk = SagaDesk.on(database.jdbc(connection));
            Instant now = desk.now();
            List<SagaLedger.Entry> found =
                    desk.search(new SagaLedger.Query(type, state, key, correlation, period(now), unowned, limit));
            if (output.json()) {
                output.json(found.stream().map(SagaJson::entry).toList());
            } else {
                print(found, now);
            }
        }
        return Exit.OK;
    }

    private SagaLedger.@Nullable Period period(Instant now) {
        return since == null ? null : new SagaLedger.Period(since.from(now), now.plus(Duration.ofDays(1)));
    }

    private void print(List<SagaLedger.Entry> found, Instant now) {
        if (found.isEmpty()) {
            output.aside("No saga matches." + (since == null ? "" : " Look further back with --since 7d."));
            return;
        }
        Table table = new Table(
                Table.Column.fixed("SAGA"),
                Table.Column.fixed("STATE"),
                Table.Column.text("TYPE"),
                Table.Column.text("KEY"),
                Table.Column.fixed("STARTED"),
                Table.Column.number("TOOK"));
        for (SagaLedger.Entry entry : found) {
            Instant started = entry.start().head().startedAt();
            Instant end = entry.endedAt();
            table.row(
                    entry.start().head().id(),
                    Marks.of(entry.status()),
                    entry.start().type(),
                    entry.start().head().businessKey(),
                    Cell.quiet(output.terminal().interactive() ? Words.ago(started, now) : Words.exact(started)),
                    end == null ? Cell.quiet("…") : Words.length(Duration.between(started, end)));
        }
        output.table(table);
        if (found.size() == limit && output.terminal().interactive()) {
            output.aside("The newest " + limit + "; more with --limit, fewer with --type, --state or --since.");
        }
    }
}
