package io.tallystick.cli;

import io.tallystick.saga.SagaCase;
import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaHead;
import io.tallystick.saga.SagaId;
import io.tallystick.saga.SagaLedger;
import io.tallystick.saga.SagaState;
import io.tallystick.saga.SagaStore;
import io.tallystick.saga.SagaWords;
import io.tallystick.saga.StepSpec;
import io.tallystick.saga.StepState;
import io.tallystick.saga.StepStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally saga show}. */
@Command(
        name = "show",
        description = "Show one saga: its steps, what happened, what stands in its way and what can be done.",
        mixinStandardHelpOptions = true)
final class SagaShow implements Callable<Integer> {

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "SAGA", description = "its id", converter = SagaIdConverter.class)
    private SagaId saga;

    @Option(names = "--payload", description = "show its data too, which may be personal")
    private boolean payload;

    @Override
    public Integer call() {
        try (Database connection = database.open()) {
            SagaDesk desk = SagaDesk.on(database.jdbc(connection));
            SagaCase shown = desk.show(saga);
            if (output.json()) {
                output.json(SagaJson.of(shown, payload));
            } else {
                print(shown, desk.now());
            }
        }
        return Exit.OK;
    }

    private void print(SagaCase shown, Instant now) {
        head(shown, now);
        SagaState state = shown.reading().state();
        if (state != null) {
            steps(state, now);
        }
        events(shown);
        if (payload) {
            output.heading("Payload");
            output.line(state == null ? shown.entry().start().payload() : state.payload());
        }
        choices(shown);
    }

    // ---- what it is and where it stands

    private void head(SagaCase shown, Instant now) {
        SagaLedger.Entry entry = shown.entry();
        SagaHead head = entry.start().head();
        output.line(
                new Cell(shown.id().toString(), Tone.STRONG),
                Cell.of("  "),
                Marks.of(shown.status()),
                Cell.of("  " + entry.start().type()));
        Table table = facts();
        table.row(Cell.quiet("key"), head.businessKey());
        if (!head.correlationId().equals(shown.id().toString())) {
            table.row(Cell.quiet("correlation"), head.correlationId());
        }
        SagaHead.Parent parent = head.parent();
        if (parent != null) {
            table.row(Cell.quiet("part of"), parent.saga() + ", step '" + parent.step() + "'");
        }
        table.row(Cell.quiet("started"), Words.exact(head.startedAt()) + " (" + Words.ago(head.startedAt(), now) + ")");
        Instant end = entry.endedAt();
        if (end != null) {
            table.row(
                    Cell.quiet("ended"),
                    Words.exact(end) + " (took " + Words.length(Duration.between(head.startedAt(), end)) + ")");
        } else {
            table.row(Cell.quiet("last change"), Words.ago(shown.lastChange(), now));
            table.row(Cell.quiet("engine"), engine(shown.owner(), now));
        }
        table.row(Cell.quiet("definition"), entry.start().definitionHash());
        why(shown, table);
        output.table(table);
    }

    private static Table facts() {
        return new Table(Table.Column.fixed(""), Table.Column.wrapped(""));
    }

    private static Cell engine(SagaLedger.@Nullable Engine owner, Instant now) {
        if (owner == null) {
            return Cell.of("none");
        }
        return owner.alive()
                ? Cell.of(owner.name() + " (number " + owner.id() + ", alive)")
                : new Cell(
                        owner.name() + " (number " + owner.id() + ") lost its lease "
                                + Words.ago(owner.leaseUntil(), now) + "; another engine has to take over",
                        Tone.BAD);
    }

    private static void why(SagaCase shown, Table table) {
        SagaState state = shown.reading().state();
        String problem = shown.reading().problem();
        if (problem != null) {
            table.row(Cell.quiet("problem"), new Cell(problem, Tone.BAD));
        }
        if (state != null && state.cause() != null) {
            table.row(Cell.quiet("turned back"), new Cell(state.cause(), Tone.WARNING));
        }
    }

    // ---- its steps

    private void steps(SagaState state, Instant now) {
        output.heading("Steps");
        Table table = new Table(
                Table.Column.fixed("STATE"),
                Table.Column.text("STEP"),
                Table.Column.fixed("KIND"),
                Table.Column.number("TRY"),
                Table.Column.wrapped("WHAT IS KNOWN"));
        for (StepState step : state.steps()) {
            StepSpec spec = state.graph().step(step.token().step());
            table.row(
                    Marks.of(step.status()),
                    step.token().step(),
                    Cell.quiet(Words.plain(spec.kind()) + (spec.pivot() ? ", pivot" : "")),
                    step.token().attempt() == 0
                            ? ""
                            : step.token().attempt() + "/"
                                    + spec.conduct().retry().attempts(),
                    known(step, now));
        }
        output.table(table);
    }

    private static String known(StepState step, Instant now) {
        String detail = step.detail() == null ? "" : step.detail();
        Instant due = step.due();
        if (due != null && due.isAfter(now)) {
            return "next try in " + Words.length(Duration.between(now, due)) + (detail.isEmpty() ? "" : "; " + detail);
        }
        return step.status() == StepStatus.DONE && !detail.isEmpty() ? "last said: " + detail : detail;
    }

    // ---- what happened

    private void events(SagaCase shown) {
        output.heading("What happened");
        Table table = new Table(
                Table.Column.number("NO"),
                Table.Column.fixed("TIME"),
                Table.Column.number("AFTER"),
                Table.Column.wrapped("EVENT"));
        Instant before = shown.entry().start().head().startedAt();
        table.row("0", Words.clock(before), "", "started");
        for (SagaStore.StoredEvent event : shown.events()) {
            table.row(
                    event.seq(),
                    Words.clock(event.at()),
                    Cell.quiet("+" + Words.length(Duration.between(before, event.at()))),
                    SagaWords.of(event.event()));
            before = event.at();
        }
        output.table(table);
    }

    // ---- what can be done

    private void choices(SagaCase shown) {
        if (shown.status().ended()) {
            return;
        }
        List<SagaCase.Choice> possible =
                shown.choices().stream().filter(SagaCase.Choice::possible).toList();
        if (possible.isEmpty()) {
            return;
        }
        output.heading("You can, with --who NAME --why TEXT");
        Table table = new Table(Table.Column.fixed(""), Table.Column.text(""));
        for (SagaCase.Choice choice : possible) {
            table.row(SagaHints.command(shown.id(), choice), Cell.quiet(SagaHints.meaning(choice.command())));
        }
        output.table(table);
    }
}
