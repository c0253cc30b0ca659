package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.ParkedFilter;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineDesk.Parked;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally pipeline quarantine}. */
@Command(
        name = "quarantine",
        description =
                "List changes that a target has refused, and those behind them; make them after all (replay) or give them up"
                        + " (discard), a row's or many, at the one target that --target names. Who and why are kept: tally"
                        + " pipeline audit.",
        mixinStandardHelpOptions = true)
final class PipelineQuarantine implements Callable<Integer> {

    @Mixin
    private ListOptions list;

    @Option(names = "--table", paramLabel = "SCHEMA.TABLE", description = "only this table, as the list names it")
    private String table;

    @Option(
            names = "--change",
            paramLabel = "WORD",
            description = "only changes that begin so in the list, such as INSERT, UNMAPPED or VOID")
    private String change;

    @ArgGroup
    private Act act;

    /** One of these. */
    static final class Act {
        @Option(
                names = "--replay",
                paramLabel = "ID",
                description = "make the changes of this one's row, in order, all or none")
        Long replay;

        @Option(names = "--discard", paramLabel = "ID", description = "give up the changes of this one's row")
        Long discard;

        @Option(
                names = "--replay-all",
                description =
                        "make all, or those of --table and --change, row by row, going on behind those refused again")
        boolean replayAll;

        @Option(
                names = "--discard-all",
                description = "give up those of --table or --change, with all other changes of their rows. Needs --yes")
        boolean discardAll;
    }

    @Option(names = "--yes", description = "really; without it --discard-all only says what it would do")
    private boolean yes;

    @Mixin
    private WhoOptions who;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        ParkedFilter which = new ParkedFilter(table, change == null ? null : change.toUpperCase(Locale.ROOT));
        if (act != null && (act.replay != null || act.discard != null) && !which.equals(ParkedFilter.ALL)) {
            throw new IllegalArgumentException("an id says which change is meant: leave --table and --change out");
        }
        try (PipelineRun run = list.open()) {
            return act == null ? list(run, which) : act(run, which);
        }
    }

    private int act(PipelineRun run, ParkedFilter which) {
        Map.Entry<String, PipelineDesk> desk = list.one(run);
        QuarantineActs acts = new QuarantineActs(desk.getValue(), desk.getKey(), output);
        if (act.discardAll) {
            return acts.discardAll(which, yes ? who.order() : null);
        }
        if (act.replayAll) {
            return acts.replayAll(which, run.writer(desk.getKey()), who.order());
        }
        return act.replay != null
                ? acts.replay(act.replay, run.writer(desk.getKey()), who.order())
                : acts.discard(act.discard, who.order());
    }

    private int list(PipelineRun run, ParkedFilter which) {
        ChosenDesks.Answers<Parked> all = list.ask(run, desk -> desk.parked(which, list.limit()));
        boolean any = which.equals(ParkedFilter.ALL);
        all.show(
                output,
                PipelineQuarantine::json,
                this::table,
                new Cell("● ", Tone.GOOD),
                Cell.of(any ? "Nothing waits." : "Nothing of that waits."));
        all.told().forEach((name, parked) -> tellMore(run, name, parked.size(), which));
        all.tellSilent(output);
        return all.exit();
    }

    /** A list that ends early must not look whole, and one that is empty not as if all were well. */
    private void tellMore(PipelineRun run, String name, int shown, ParkedFilter which) {
        PipelineDesk desk = ChosenDesks.one(run.desks(), name).getValue();
        if (shown == list.limit()) {
            long waiting = desk.waiting(which).stream()
                    .mapToLong(PipelineDesk.Waiting::changes)
                    .sum();
            if (waiting > shown) {
                output.aside("The first " + shown + " of " + waiting + " changes that wait at " + name
                        + "; --limit shows more.");
            }
        } else if (shown == 0 && desk.standing().isEmpty()) {
            output.aside("Pipeline " + run.name() + " has never reached " + name + ".");
        } else if (shown == 0 && !which.equals(ParkedFilter.ALL)) {
            String others = QuarantineActs.words(desk.waiting(ParkedFilter.ALL));
            if (!others.isEmpty()) {
                output.aside("At " + name + " others wait: " + others + ".");
            }
        }
    }

    private static Map<String, Object> json(Parked one) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", one.id());
        json.put("table", one.table());
        json.put("key", PipelineWords.keyJson(one.key()));
        json.put("operation", one.operation());
        json.put("error", one.error());
        json.put("parkedAt", one.parkedAt());
        return json;
    }

    private Table table(Map<String, List<Parked>> all) {
        Table table = Table.withNotes(
                output.terminal(),
                "WHY",
                Table.Column.fixed("TARGET"),
                Table.Column.fixed("ID"),
                Table.Column.fixed("SINCE"),
                Table.Column.fixed("CHANGE"),
                Table.Column.wrapped("TABLE"),
                Table.Column.wrapped("KEY"));
        all.forEach((name, parked) -> parked.forEach(one -> table.noted(
                one.error(),
                name,
                "" + one.id(),
                Words.ago(one.parkedAt(), Instant.now()),
                one.operation(),
                one.table(),
                PipelineWords.key(one.key()))));
        return table;
    }
}
