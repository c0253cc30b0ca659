package io.tallystick.cli;

import io.tallystick.saga.Intervention;
import io.tallystick.saga.Receipt;
import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaId;
import io.tallystick.saga.Verb;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What every act on a saga needs: which, who, why, and how long to wait for its owner. */
@Command
final class ActOptions {

    private final Session session;

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "SAGA", description = "its id", converter = SagaIdConverter.class)
    private SagaId saga;

    @Option(names = "--who", paramLabel = "NAME", description = "who does it, for the history (else TALLY_WHO)")
    private @Nullable String who;

    @Option(
            names = "--why",
            paramLabel = "TEXT",
            required = true,
            description = "the reason or evidence, for the history")
    private String why;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = LengthConverter.class,
            description = "how long to wait for the saga's owner (${DEFAULT-VALUE})")
    private Duration wait;

    ActOptions(Session session) {
        this.session = session;
    }

    int act(Verb verb, @Nullable String step, @Nullable String data) {
        Intervention act = new Intervention(verb, who(), why, step, data);
        return perform(desk -> desk.act(saga, act, wait));
    }

    int cancel() {
        String by = who();
        return perform(desk -> desk.cancel(saga, by, why, wait));
    }

    private String who() {
        String name = who != null ? who : session.environment().get("TALLY_WHO");
        if (name == null || name.isBlank()) {
            throw new Stop(Exit.USAGE, "Say who does it, for the saga's history: --who NAME, or set TALLY_WHO.");
        }
        return name;
    }

    private int perform(Function<SagaDesk, Receipt> act) {
        try (Database connection = database.open()) {
            SagaDesk desk = SagaDesk.on(database.jdbc(connection));
            Receipt receipt = act.apply(desk);
            if (output.json()) {
                output.json(SagaJson.receipt(receipt));
            } else {
                print(receipt, desk);
            }
            return code(receipt.result());
        }
    }

    static int code(Receipt.Result result) {
        return switch (result) {
            case DONE -> Exit.OK;
            case REFUSED -> Exit.REFUSED;
            case QUEUED -> Exit.UNKNOWN;
        };
    }

    private void print(Receipt receipt, SagaDesk desk) {
        switch (receipt.result()) {
            case DONE ->
                output.line(
                        new Cell("● ", Tone.GOOD),
                        Cell.of("done; " + receipt.saga() + " is now "),
                        Marks.of(desk.show(receipt.saga()).status()));
            case REFUSED ->
                output.aside("tally: refused: " + receipt.text() + ".\n       What is possible now: tally saga show "
                        + receipt.saga());
            case QUEUED -> output.aside("tally: " + receipt.text() + ".");
        }
    }
}
