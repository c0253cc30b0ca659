package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineDesk.Act;
import io.tallystick.cdc.replicator.PipelineDesk.Handled;
import io.tallystick.cdc.replicator.PipelineDesk.ParkedKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tally pipeline audit}. */
@Command(
        name = "audit",
        description =
                "List what people ordered for a pipeline and what became of changes that waited: who, when and why, newest first."
                        + " Keys, no other values.",
        mixinStandardHelpOptions = true)
final class PipelineAudit implements Callable<Integer> {

    @Mixin
    private ListOptions which;

    @Mixin
    private Output output;

    /** @param change null for an order that is about none */
    private record Entry(Act act, @Nullable ParkedKey change) {}

    @Override
    public Integer call() {
        try (PipelineRun run = which.open()) {
            ChosenDesks.Answers<Entry> all = which.ask(run, this::entries);
            all.show(output, PipelineAudit::json, this::table, Cell.of("Nobody has ordered anything."));
            all.tellSilent(output);
            return all.exit();
        }
    }

    private List<Entry> entries(PipelineDesk desk) {
        List<Entry> entries = new ArrayList<>();
        int limit = which.limit();
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
