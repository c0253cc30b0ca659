package io.tallystick.examples.twophase;

import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Theatre.Mark;
import io.tallystick.examples.points.PointsUse;
import io.tallystick.examples.service.Client;
import io.tallystick.examples.service.Json;
import io.tallystick.xa.XaOutcome;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The customers, who remember what they were told. Thread-safe. */
final class CardHolders {

    /** Longer than a transaction may take. Whose service is killed hears of it at once, from the operating system. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Map<String, XaOutcome> told = new ConcurrentHashMap<>();

    /** The use of all points of this card; there is one. */
    static PointsUse use(String card) {
        return new PointsUse("use-" + card, card, Till.CARD_POINTS);
    }

    /**
     * Asks once; whoever hears no answer has it looked up until there is one.
     *
     * @throws RuntimeException when there was none for a minute
     */
    XaOutcome use(Stage stage, Till till, String card) {
        PointsUse use = use(card);
        stage.count(Mark.STARTED);
        XaOutcome outcome = ask(stage, till, use);
        if (outcome == XaOutcome.UNKNOWN) {
            outcome = Stage.untilAnswered(() -> settled(stage, till, use));
        }
        told.put(use.id(), outcome);
        stage.count(outcome == XaOutcome.COMMITTED ? Mark.COMPLETED : Mark.UNDONE);
        return outcome;
    }

    private static XaOutcome ask(Stage stage, Till till, PointsUse use) {
        try {
            return answer(stage, till, "/uses", use);
        } catch (RuntimeException e) {
            return XaOutcome.UNKNOWN;
        }
    }

    private static XaOutcome settled(Stage stage, Till till, PointsUse use) {
        XaOutcome outcome = answer(stage, till, "/settlements/" + use.id(), use);
        if (outcome == XaOutcome.UNKNOWN) {
            throw new UncheckedIOException(
                    new SocketTimeoutException("the outcome of " + use.id() + " is not known yet"));
        }
        return outcome;
    }

    private static XaOutcome answer(Stage stage, Till till, String path, PointsUse use) {
        Client client = stage.world().service(till.service()).client().waiting(PATIENCE);
        return Json.read(client.ask("POST", path, Json.write(use)), Counter.Answer.class)
                .outcome();
    }

    /** The uses of which their customers were told this. */
    Set<String> told(XaOutcome outcome) {
        return told.entrySet().stream()
                .filter(entry -> entry.getValue() == outcome)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
