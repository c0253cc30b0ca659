package io.tallystick.cli;

import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaOrder;
import io.tallystick.xa.XaReceipt;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally tx resolve}. */
@Command(
        name = "resolve",
        description = "End a transaction: commit or roll back its branches. Who and why are written down first.",
        mixinStandardHelpOptions = true)
final class TxResolve implements Callable<Integer> {

    @Mixin
    private TxOptions databases;

    @Mixin
    private Output output;

    @Mixin
    private WhoOptions person;

    @Parameters(paramLabel = "GTRID", description = "its id", converter = GtridConverter.class)
    private Gtrid gtrid;

    @ArgGroup(multiplicity = "1")
    private Ending ending;

    /** One of the two. */
    static final class Ending {
        @Option(names = "--commit", required = true, description = "commit it")
        private boolean commit;

        @Option(names = "--abort", required = true, description = "roll it back")
        private boolean abort;
    }

    @Option(
            names = "--force",
            description =
                    "also when its decision is not known or its coordinator lives; tally tx show says what that risks")
    private boolean force;

    @Override
    public Integer call() {
        Verdict verdict = ending.commit && !ending.abort ? Verdict.COMMIT : Verdict.ABORT;
        XaOrder order = new XaOrder(verdict, person.who(), person.why(), force);
        try (TxOptions.OpenDesk open = databases.open()) {
            XaReceipt receipt = open.desk().resolve(gtrid, order);
            if (output.json()) {
                output.json(TxJson.of(receipt));
            } else {
                print(receipt);
            }
            return switch (receipt.result()) {
                case DONE -> Exit.OK;
                case REFUSED -> Exit.REFUSED;
                case UNFINISHED -> Exit.UNKNOWN;
            };
        }
    }

    private void print(XaReceipt receipt) {
        for (XaReceipt.Step step : receipt.steps()) {
            output.wrapped(
                    step.branch().number() + " " + step.resource() + "  ",
                    Words.plain(step.told()) + ": " + TxJson.answer(step.answer()));
        }
        switch (receipt.result()) {
            case DONE -> output.line(new Cell("● ", Tone.GOOD), Cell.of(receipt.text()));
            case REFUSED ->
                output.aside("tally: refused: " + receipt.text() + ".\n       What is possible: tally tx show "
                        + receipt.gtrid() + databases.again());
            case UNFINISHED -> output.aside("tally: " + receipt.text() + ".");
        }
    }
}
