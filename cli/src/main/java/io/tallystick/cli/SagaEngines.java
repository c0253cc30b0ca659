package io.tallystick.cli;

import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaLedger;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally saga engines}. */
@Command(
        name = "engines",
        description = "List the engines that run sagas of this database. Ends with 1 if sagas wait for a dead one.",
        mixinStandardHelpOptions = true)
final class SagaEngines implements Callable<Integer> {

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private Output output;

    @Option(names = "--all", description = "also those that ended and own nothing")
    private boolean all;

    @Override
    public Integer call() {
        try (Database connection = database.open()) {
            SagaDesk desk = SagaDesk.on(database.jdbc(connection));
            List<SagaLedger.Engine> engines = desk.engines().stream()
                    .filter(engine -> all || engine.alive() || engine.sagas() > 0)
                    .toList();
            if (output.json()) {
                output.json(engines.stream().map(SagaJson::engine).toList());
            } else {
                print(engines, desk.now());
            }
            boolean orphans = engines.stream().anyMatch(engine -> !engine.alive() && engine.sagas() > 0);
            return orphans ? Exit.FINDINGS : Exit.OK;
        }
    }

    private void print(List<SagaLedger.Engine> engines, Instant now) {
        if (engines.isEmpty()) {
            output.aside("No engine is alive on this database. Those that ended: tally saga engines --all");
            return;
        }
        Table table = new Table(
                Table.Column.number("NO"),
                Table.Column.fixed("STATE"),
                Table.Column.text("NAME"),
                Table.Column.number("EPOCH"),
                Table.Column.number("SAGAS"),
                Table.Column.fixed("LEASE"));
        for (SagaLedger.Engine engine : engines) {
            table.row(
                    engine.id(),
                    engine.alive() ? new Cell("● alive", Tone.GOOD) : new Cell("✕ silent", Tone.BAD),
                    engine.name(),
                    engine.epoch(),
                    engine.sagas(),
                    Cell.quiet(
                            engine.leaseUntil().isAfter(now)
                                    ? Words.length(java.time.Duration.between(now, engine.leaseUntil())) + " left"
                                    : "ran out " + Words.ago(engine.leaseUntil(), now)));
        }
        output.table(table);
    }
}
