package io.tallystick.cli;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.file.PipelineRun.Swept;
import io.tallystick.cdc.file.PipelineSpec;
import io.tallystick.cdc.replicator.KeySpan;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.RejectedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline resync}. */
@Command(
        name = "resync",
        description =
                "Order tables to be copied anew, while the pipeline goes on. Rows that are missing are made, rows that differ are"
                        + " corrected, and rows that the source has no more are deleted where a route carries a table over by its"
                        + " key (mode mirror, no filter); it is said where they stay.",
        mixinStandardHelpOptions = true)
final class PipelineResync implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Option(names = "--table", paramLabel = "SCHEMA.TABLE", description = "a table of the source; all if none is named")
    private List<String> tables = List.of();

    @Option(
            names = "--from-key",
            split = ",",
            paramLabel = "KEY",
            description = "of one table only the rows from this key on; a key of several columns with commas")
    private @Nullable List<String> from;

    @Option(names = "--after-key", split = ",", paramLabel = "KEY", description = "the same, without this key itself")
    private @Nullable List<String> after;

    @Option(names = "--to-key", split = ",", paramLabel = "KEY", description = "only the rows up to this key")
    private @Nullable List<String> to;

    @Option(names = "--keep-rows", description = "delete nothing")
    private boolean keep;

    @Option(
            names = "--from-now",
            description =
                    "after changes were lost to the log: give up the old position and what waits in quarantine, begin at the"
                            + " end of the source's log, and copy all tables anew. Needs --yes")
    private boolean fromNow;

    @Option(names = "--yes", description = "really; without it --from-now only says what it would do")
    private boolean yes;

    @Mixin
    private WhoOptions who;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        PipelineSpec spec = PipelineFile.read(file);
        boolean part = from != null || after != null || to != null;
        if (fromNow && (part || keep || !tables.isEmpty())) {
            throw new Stop(Exit.USAGE, "--from-now is for all tables, whole; leave the other options out.");
        }
        if (part && tables.size() != 1 || from != null && after != null) {
            throw new Stop(Exit.USAGE, "A part is of one --table, and begins by --from-key or by --after-key.");
        }
        try (PipelineRun run = PipelineRun.of(spec)) {
            return fromNow ? fromNow(run) : again(run, spec);
        }
    }

    private int fromNow(PipelineRun run) {
        tellSwept(run, swept -> true);
        if (!yes) {
            output.line(
                    "The log before now is given up, and every table of the source is read whole. If that is meant, add"
                            + " --yes.");
            return Exit.REFUSED;
        }
        PipelinePause.tell(
                output,
                "Ordered. A runner begins within a second; tally pipeline status " + file + " shows how far it is.",
                run.control().resync(who.who(), who.why()));
        return Exit.OK;
    }

    private int again(PipelineRun run, PipelineSpec spec) {
        Order order = who.order();
        Set<TableName> wanted = wanted(spec);
        List<KeySpan> spans = new ArrayList<>();
        for (TableName table : wanted) {
            spans.add(
                    from == null && after == null && to == null
                            ? KeySpan.all(table)
                            : run.span(table, from, after, to));
        }
        run.desks().values().forEach(desk -> desk.examineResync(spans));
        run.desks().values().forEach(desk -> desk.resync(spans, !keep, order));
        output.line("Ordered: " + spans + ". A running pipeline begins within seconds; tally pipeline status " + file
                + " shows how far it is.");
        tellLeftOut(run, wanted);
        if (!keep) {
            tellSwept(run, swept -> wanted.contains(swept.from()));
        }
        return Exit.OK;
    }

    private Set<TableName> wanted(PipelineSpec spec) {
        Set<TableName> wanted = new LinkedHashSet<>();
        tables.forEach(table -> wanted.add(TableName.parse(table)));
        if (!spec.source().tables().containsAll(wanted)) {
            throw new RejectedException(
                    "the file names the tables " + spec.source().tables() + ", you named " + wanted);
        }
        return wanted.isEmpty() ? new LinkedHashSet<>(spec.source().tables()) : wanted;
    }

    private void tellLeftOut(PipelineRun run, Set<TableName> wanted) {
        run.desks()
                .forEach((target, desk) -> desk.standing().map(PipelineDesk.Standing::paused).orElse(List.of()).stream()
                        .filter(table -> wanted.contains(TableName.parse(table.table())))
                        .forEach(table -> output.line(new Cell(
                                "! " + target + " leaves it out until it takes rows; " + PipelineWords.paused(table),
                                Tone.WARNING))));
    }

    private void tellSwept(PipelineRun run, Predicate<Swept> which) {
        for (Swept swept : run.swept()) {
            if (which.test(swept)) {
                String table = swept.table() + " at " + swept.target();
                output.line(
                        swept.why().isEmpty()
                                ? Cell.of("  " + table + ": rows that the source has no more are deleted")
                                : new Cell(
                                        "! " + table + ": rows that the source has no more stay (" + swept.why() + ")",
                                        Tone.WARNING));
            }
        }
    }
}
