package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineDesk.Conflict;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tally pipeline conflicts}. */
@Command(
        name = "conflicts",
        description =
                "List the last changes that met a row which somebody else had written, newest first, and who won: keys, no other"
                        + " values. Only routes with a policy (on_conflict) notice conflicts. About 1,000 are kept.",
        mixinStandardHelpOptions = true)
final class PipelineConflicts implements Callable<Integer> {

    @Mixin
    private ListOptions which;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (PipelineRun run = which.open()) {
            ChosenDesks.Answers<Conflict> found = which.ask(run, desk -> desk.conflicts(which.limit()));
            found.show(
                    output,
                    PipelineConflicts::json,
                    PipelineConflicts::table,
                    new Cell("● ", Tone.GOOD),
                    Cell.of("No conflict is known."));
            found.tellSilent(output);
            return found.exit();
        }
    }

    private static Map<String, Object> json(Conflict one) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("at", one.at());
        json.put("table", one.table());
        json.put("key", PipelineWords.keyJson(one.key()));
        json.put("met", one.met());
        json.put("winner", one.winner());
        json.put("position", one.position());
        return json;
    }

    private static Table table(Map<String, List<Conflict>> found) {
        Table table = new Table(
                Table.Column.fixed("TARGET"),
                Table.Column.fixed("WHEN"),
                Table.Column.text("TABLE"),
                Table.Column.text("KEY"),
                Table.Column.fixed("ROW WAS"),
                Table.Column.fixed("WON"),
                Table.Column.text("POSITION"));
        found.forEach((name, all) -> all.forEach(one -> table.row(
                name,
                Words.ago(one.at(), Instant.now()),
                one.table(),
                PipelineWords.key(one.key()),
                one.met(),
                won(one.winner()),
                one.position())));
        return table;
    }

    private static Cell won(String winner) {
        return winner.equals("park") ? new Cell("set aside", Tone.WARNING) : Cell.of(winner);
    }
}
