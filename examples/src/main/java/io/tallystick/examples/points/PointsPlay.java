package io.tallystick.examples.points;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.SagaPlay;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Wish;
import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.examples.world.Role;
import io.tallystick.saga.Intervention;
import io.tallystick.saga.Verb;
import io.tallystick.testkit.db.Engine;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** Plays cards whose points are used on a bill: each card has 100 points and 1,000 won due. */
public final class PointsPlay implements SagaPlay {

    static final String ORCHESTRATOR = "points-orchestrator";
    static final long POINTS = 100;
    static final long DUE = 1_000;

    @Override
    public Flow flow() {
        return Flow.POINTS;
    }

    @Override
    public List<Role> roles() {
        return List.of(
                Role.service("point", PointService.class, Engine.POSTGRESQL),
                Role.service("payment", PaymentService.class, Engine.MARIADB),
                Role.orchestrator(ORCHESTRATOR, PointsOrchestrator.class, Engine.MARIADB, List.of("payment")));
    }

    @Override
    public void prepare(Stage stage) {
        // every card is opened with the wish that uses it
    }

    @Override
    public List<Scene> scenes() {
        return PointsScenes.all();
    }

    @Override
    public Wish wish(Stage stage, SplittableRandom chance, Set<Fault> faults, int number) {
        return wish(stage, "card-" + number, chance.nextBoolean());
    }

    static Wish wish(Stage stage, String card, boolean forward) {
        stage.tell("point", "/cards", "open-" + card, new PointService.NewCard(card, POINTS));
        stage.tell("payment", "/bills", "open-" + card, new PaymentService.NewBill(card, DUE));
        String saga = forward ? PointsSaga.FORWARD : PointsSaga.BACKWARD;
        return new Wish(ORCHESTRATOR, saga, "use-" + card, new PointsUse("use-" + card, card, POINTS), null);
    }

    @Override
    public Optional<Intervention> helpWith(Wish wish, Standing standing) {
        return Optional.of(new Intervention(Verb.RETRY, "demo", "the payment service answers again", null, null));
    }

    @Override
    public List<Check> check(Books books) {
        return PointsBooks.check(books);
    }
}
