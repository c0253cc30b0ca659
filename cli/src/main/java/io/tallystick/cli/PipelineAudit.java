package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineDesk.Act;
import io.tallystick.cdc.replicator.PipelineDesk.Handled;
import io.tallystick.cdc.replicator.PipelineDesk.ParkedKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline audit}. */
@Command(
        name = "audit",
        description =
                "List what people ordered for a pipeline and what became of changes that waited: who, when and why, newest first."
                        + " Keys, no other values.",
        mixinStandardHelpOptions = true)
final class PipelineAudit implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Option(names = "--target", paramLabel = "NAME", description = "one target only")
    private String target;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "200",
            description = "so many of each target at most; ${DEFAULT-VALUE} unless given")
    private int limit;

    @Mixin
    private Output output;

    /** @param change null for an order that is about none */
    private record Entry(Act act, @Nullable ParkedKey change) {}

    @Override
    public Integer call() {
        if (limit < 1) {
            throw new IllegalArgumentException("--limit was " + limit + ", expected at least 1");
        }
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            ChosenDesks.Answers<Entry> all = ChosenDesks.ask(run.desks(), target, this::entries);
            if (output.json()) {
                output.json(json(all.told()));
            } else if (!all.nothing()) {
                output.table(table(all.told()));
            } else if (!all.told().isEmpty()) {
                output.line("Nobody has ordered anything.");
            }
            all.tellSilent(output);
            return all.exit();
        }
    }

    private List<Entry> entries(PipelineDesk desk) {
        List<Entry> entries = new ArrayList<>();
        desk.history(limit).forEach(act -> entries.add(new Entry(act, null)));
        desk.handled(limit).forEach(one -> entries.add(entry(one)));
        entries.sort(Comparator.comparing((Entry entry) -> entry.act().at()).reversed());
        return entries.subList(0, Math.min(limit, entries.size()));
    }

    private static Entry entry(Handled one) {
        return new Entry(
                new Act(
                        one.order().at(),
                        one.act(),
                        one.order().who(),
                        one.order().why(),
                        one.outcome()),
                one.change());
    }

    private static Map<String, Object> json(Map<String, List<Entry>> all) {
        Map<String, Object> json = new LinkedHashMap<>();
        all.forEach((name, entries) ->
                json.put(name, entries.stream().map(PipelineAudit::json).toList()));
        return json;
    }

    private static Map<String, Object> json(Entry entry) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", entry.act().at());
        json.put("act", entry.act().act());
        json.put("who", entry.act().who());
        json.put("why", entry.act().why());
        ParkedKey change = entry.change();
        if (change != null) {
            json.put("id", change.id());
            json.put("table", change.table());
            json.put("key", PipelineWords.keyJson(change.key()));
            json.put("operation", change.operation());
            json.put("position", change.position());
        }
        json.put("outcome", entry.act().detail());
        return json;
    }

    private Table table(Map<String, List<Entry>> all) {
        Table table = Table.withNotes(
                output.terminal(),
                "WHAT",
                Table.Column.fixed("TARGET"),
                Table.Column.fixed("WHEN"),
                Table.Column.fixed("ACT"),
                Table.Column.wrapped("WHO"),
                Table.Column.wrapped("WHY"));
        all.forEach((name, entries) -> entries.forEach(entry -> table.noted(
                what(entry),
                name,
                Words.exact(entry.act().at()),
                entry.act().act(),
                entry.act().who(),
                entry.act().why())));
        return table;
    }

    private static String what(Entry entry) {
        ParkedKey change = entry.change();
        return change == null
                ? entry.act().detail()
                : "change " + change.id() + ", " + change.operation() + " of " + change.table() + " "
                        + PipelineWords.key(change.key()) + " at " + change.position() + ": "
                        + entry.act().detail();
    }
}
