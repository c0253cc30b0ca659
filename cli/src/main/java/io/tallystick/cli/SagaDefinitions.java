package io.tallystick.cli;

import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaLedger;
import io.tallystick.saga.SagaStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tally saga definitions}. */
@Command(
        name = "definitions",
        description = "List the stored definitions and how many unfinished sagas are on each.",
        mixinStandardHelpOptions = true)
final class SagaDefinitions implements Callable<Integer> {

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (Database connection = database.open()) {
            SagaDesk desk = SagaDesk.on(database.jdbc(connection));
            Map<String, SagaLedger.InFlight> counts = desk.inFlight().stream()
                    .collect(Collectors.toMap(SagaLedger.InFlight::definitionHash, Function.identity()));
            List<SagaLedger.Definition> definitions = desk.definitions();
            if (output.json()) {
                output.json(definitions.stream()
                        .map(definition -> json(definition, counts.get(definition.hash())))
                        .toList());
            } else if (definitions.isEmpty()) {
                output.aside("No definition is stored: no engine has been started on this database yet.");
            } else {
                print(definitions, counts, desk.now());
            }
        }
        return Exit.OK;
    }

    private void print(List<SagaLedger.Definition> definitions, Map<String, SagaLedger.InFlight> counts, Instant now) {
        Table table = new Table(
                Table.Column.text("TYPE"),
                Table.Column.fixed("DEFINITION"),
                Table.Column.fixed("STORED"),
                Table.Column.number("RUNNING"),
                Table.Column.number("BACK"),
                Table.Column.number("PARKED"),
                Table.Column.number("HELD"));
        for (SagaLedger.Definition definition : definitions) {
            SagaLedger.InFlight count = counts.get(definition.hash());
            table.row(
                    definition.type(),
                    definition.hash(),
                    Cell.quiet(
                            output.terminal().interactive()
                                    ? Words.ago(definition.storedAt(), now)
                                    : Words.exact(definition.storedAt())),
                    of(count, SagaStatus.RUNNING),
                    of(count, SagaStatus.COMPENSATING),
                    of(count, SagaStatus.PARKED),
                    of(count, SagaStatus.HELD));
        }
        output.table(table);
    }

    private static long of(SagaLedger.@Nullable InFlight count, SagaStatus status) {
        return count == null ? 0 : count.byStatus().getOrDefault(status, 0L);
    }

    private static Map<String, Object> json(SagaLedger.Definition definition, SagaLedger.@Nullable InFlight count) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("type", definition.type());
        map.put("definition", definition.hash());
        map.put("storedAt", Words.json(definition.storedAt()));
        for (SagaStatus status : SagaStatus.values()) {
            if (!status.ended()) {
                map.put(Words.json(status), of(count, status));
            }
        }
        return map;
    }
}
