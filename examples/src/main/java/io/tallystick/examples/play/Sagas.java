package io.tallystick.examples.play;

import io.tallystick.examples.service.Client;
import io.tallystick.examples.service.Json;
import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.saga.Intervention;
import java.util.List;
import java.util.function.Predicate;

/** The sagas of one flow as its customers and its person in charge see them, from outside. Thread-safe. */
public final class Sagas {

    private final Stage stage;

    Sagas(Stage stage) {
        this.stage = stage;
    }

    /** Starts a saga; asked again under the same business key until the orchestrator has answered. Returns the saga's id. */
    public String start(Wish wish) {
        Client client = client(wish.orchestrator());
        String path = "/starts/" + wish.saga() + "/" + wish.key();
        String body = Json.write(wish.payload());
        String saga = Json.read(Stage.untilAnswered(() -> client.ask("POST", path, body)), String.class);
        stage.count(Theatre.Mark.STARTED);
        return saga;
    }

    /** How far sagas of one orchestrator have come. */
    List<Standing> standings(String orchestrator, List<String> sagas) {
        return List.of(Json.read(client(orchestrator).ask("POST", "/standings", Json.write(sagas)), Standing[].class));
    }

    /** Waits until the saga stands as wanted, at most a minute; returns how it stands then. */
    public Standing await(Wish wish, String saga, Predicate<Standing> wanted) {
        Pace pace = Pace.limited(Stage.LONGEST);
        Standing standing = standing(wish, saga);
        while (!wanted.test(standing) && pace.next()) {
            standing = standing(wish, saga);
        }
        return standing;
    }

    /** The end of a saga: {@code COMPLETED}, {@code COMPENSATED}, {@code PARKED}, or what it is after a minute. */
    public String settled(Wish wish, String saga) {
        Standing end = await(wish, saga, s -> s.status().matches("COMPLETED|COMPENSATED|PARKED"));
        ended(end.status());
        return end.status();
    }

    /** A person steps in; asked until answered. */
    public void intervene(Wish wish, String saga, Intervention intervention) {
        Client client = client(wish.orchestrator());
        Stage.untilAnswered(() -> client.ask("POST", "/interventions/" + saga, Json.write(intervention)));
        stage.count(Theatre.Mark.HELPED);
    }

    /** A saga was seen at its end, or parked. */
    void ended(String status) {
        if (status.equals("COMPLETED")) {
            stage.count(Theatre.Mark.COMPLETED);
        } else if (status.equals("COMPENSATED")) {
            stage.count(Theatre.Mark.UNDONE);
        }
    }

    private Standing standing(Wish wish, String saga) {
        return Stage.untilAnswered(() -> standings(wish.orchestrator(), List.of(saga)))
                .get(0);
    }

    private Client client(String orchestrator) {
        return stage.world().service(orchestrator).client();
    }
}
