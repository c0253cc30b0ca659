package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineDesk.Parked;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline quarantine}. */
@Command(
        name = "quarantine",
        description =
                "List changes that a target has refused, and those behind them; replay or discard a row's changes.",
        mixinStandardHelpOptions = true)
final class PipelineQuarantine implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Option(names = "--target", paramLabel = "NAME", description = "one target only; needed for --replay and --discard")
    private String target;

    @Option(
            names = "--replay",
            paramLabel = "ID",
            description = "make the changes of this one's row, in order, all or none")
    private Long replay;

    @Option(names = "--discard", paramLabel = "ID", description = "give up the changes of this one's row")
    private Long discard;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "200",
            description = "list so many of each target at most; ${DEFAULT-VALUE} unless given")
    private int limit;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            if (replay == null && discard == null) {
                list(run);
            } else {
                act(run);
            }
            return Exit.OK;
        }
    }

    private void act(PipelineRun run) {
        PipelineDesk desk = target == null ? null : run.desks().get(target);
        if (replay != null && discard != null) {
            throw new IllegalArgumentException("--replay makes changes and --discard gives them up: say one of them");
        }
        if (desk == null) {
            throw new IllegalArgumentException("say at which target: --target with one of "
                    + String.join(", ", run.desks().keySet()));
        }
        if (replay != null) {
            output.line(counted(desk.replay(replay, run.writer(target))) + " made.");
        } else {
            output.line(counted(desk.discard(discard)) + " given up.");
        }
    }

    private static String counted(int changes) {
        return changes == 1 ? "1 change is" : changes + " changes are";
    }

    private void list(PipelineRun run) {
        if (limit < 1) {
            throw new IllegalArgumentException("--limit was " + limit + ", expected at least 1");
        }
        Map<String, List<Parked>> all = ChosenDesks.ask(run.desks(), target, desk -> desk.parked(limit));
        if (output.json()) {
            output.json(all);
        } else if (all.values().stream().allMatch(List::isEmpty)) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("Nothing waits."));
        } else {
            output.table(table(all));
        }
        all.forEach(
                (name, parked) -> tellTheRest(name, parked.size(), run.desks().get(name)));
    }

    /** A list that ends early must not look whole. */
    private void tellTheRest(String name, int shown, @Nullable PipelineDesk desk) {
        if (shown == limit && desk != null) {
            long waiting =
                    desk.standing().map(PipelineDesk.Standing::quarantined).orElse(0L);
            if (waiting > shown) {
                output.aside("The first " + shown + " of " + waiting + " changes that wait at " + name
                        + "; --limit shows more.");
            }
        }
    }

    private static Table table(Map<String, List<Parked>> all) {
        Table table = new Table(
                Table.Column.fixed("TARGET"),
                Table.Column.fixed("ID"),
                Table.Column.fixed("SINCE"),
                Table.Column.fixed("CHANGE"),
                Table.Column.text("TABLE"),
                Table.Column.text("KEY"),
                Table.Column.text("WHY"));
        all.forEach((name, parked) -> parked.forEach(one -> table.row(
                name,
                "" + one.id(),
                Words.ago(one.parkedAt(), Instant.now()),
                one.operation(),
                one.table(),
                PipelineWords.key(one.key()),
                one.error())));
        return table;
    }
}
