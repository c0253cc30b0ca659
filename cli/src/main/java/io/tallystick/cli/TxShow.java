package io.tallystick.cli;

import io.tallystick.xa.Gtrid;
import io.tallystick.xa.XaCase;
import io.tallystick.xa.XaCase.Choice;
import io.tallystick.xa.XaCase.Part;
import io.tallystick.xa.XaCase.Phase;
import java.util.Comparator;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tally tx show}. */
@Command(
        name = "show",
        description = "One transaction: its branches, what is known of each, what can be done and what that risks.",
        mixinStandardHelpOptions = true)
final class TxShow implements Callable<Integer> {

    @Mixin
    private TxOptions databases;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "GTRID", description = "its id", converter = GtridConverter.class)
    private Gtrid gtrid;

    @Override
    public Integer call() {
        try (TxOptions.OpenDesk open = databases.openThoseThatAnswer()) {
            open.silent().forEach(problem -> output.aside("tally: " + problem));
            XaCase it = open.desk().show(gtrid);
            if (output.json()) {
                output.json(TxJson.of(it));
            } else {
                print(it);
            }
            return Exit.OK;
        }
    }

    static Cell mark(Phase phase) {
        return switch (phase) {
            case UNDECIDED -> new Cell("? undecided", Tone.WARNING);
            case DECIDED -> new Cell("◔ to commit", Tone.WORKING);
            case TOMBSTONE -> new Cell("✕ to roll back", Tone.WORKING);
            case FINISHED -> new Cell("● committed", Tone.GOOD);
            case UNKNOWN -> new Cell("? unknown", Tone.BAD);
        };
    }

    private void print(XaCase it) {
        output.line(new Cell(it.gtrid().toString(), Tone.STRONG), Cell.of("  "), mark(it.phase()));
        output.wrapped("begun        ", Words.exact(it.gtrid().startedAt()));
        output.wrapped("coordinator  ", TxJson.coordinator(it) + ", " + life(it));
        output.wrapped("decided in   ", home(it));
        output.heading("Branches");
        if (it.parts().isEmpty()) {
            output.wrapped("", "none is prepared in the databases given");
        } else {
            output.table(branches(it));
        }
        if (!it.heuristics().isEmpty() || !it.orders().isEmpty()) {
            output.heading("Evidence");
            it.heuristics()
                    .forEach(record -> output.wrapped(
                            record.resource() + "  ",
                            Words.plain(record.found()) + " at " + Words.exact(record.at()) + ": "
                                    + record.evidence()));
            it.orders()
                    .forEach(order -> output.wrapped(
                            order.who() + "  ", order.what() + " at " + Words.exact(order.at()) + ": " + order.why()));
        }
        output.heading("What can be done");
        if (it.phase() == Phase.FINISHED && it.parts().isEmpty()) {
            output.wrapped(
                    "",
                    it.heuristics().isEmpty()
                            ? "nothing: every branch has committed"
                            : "nothing here: compare the data of the databases that the evidence names");
        } else {
            // what bears no risk comes first, for the first line is the one that is copied
            it.choices().stream()
                    .sorted(Comparator.comparing(Choice::force).thenComparing(choice -> !choice.possible()))
                    .forEach(choice -> print(it, choice));
        }
        it.notes().forEach(note -> output.aside("tally: " + note));
    }

    private static String life(XaCase it) {
        Boolean lives = TxJson.coordinatorLives(it);
        return lives == null ? "alive or gone: that stands in its decision store" : lives ? "alive" : "gone";
    }

    private static String home(XaCase it) {
        String store = it.home().store();
        if (store.isEmpty()) {
            return "a store not given";
        }
        return it.phase() == Phase.UNKNOWN ? store + ", which cannot be read now" : store;
    }

    private static Table branches(XaCase it) {
        Table table = new Table(
                Table.Column.number("BRANCH"),
                Table.Column.fixed("RESOURCE"),
                Table.Column.fixed("STATE"),
                Table.Column.text("HINT"),
                Table.Column.wrapped("EVIDENCE"));
        for (Part part : it.parts()) {
            table.row(part.xid().number(), part.resource(), Words.plain(part.state()), part.hint(), part.evidence());
        }
        return table;
    }

    private void print(XaCase it, Choice choice) {
        String verdict = choice.verdict().name().toLowerCase(Locale.ROOT);
        if (choice.possible()) {
            output.line("  tally tx resolve " + it.gtrid() + " --" + verdict + (choice.force() ? " --force" : "")
                    + " --who NAME --why TEXT" + databases.again());
            output.wrapped("  ", choice.means());
        } else {
            output.wrapped("no " + verdict + ": ", choice.means());
        }
    }
}
