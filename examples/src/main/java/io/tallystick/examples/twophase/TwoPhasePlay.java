package io.tallystick.examples.twophase;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Crowd;
import io.tallystick.examples.play.Play;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.world.Role;
import io.tallystick.testkit.db.Engine;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Plays cards whose points are used in two databases at once: in one process, and over two services in both directions. */
public final class TwoPhasePlay implements Play {

    private static final int BLOCKED_PERCENT = 10;

    private final CardHolders holders = new CardHolders();

    @Override
    public Flow flow() {
        return Flow.POINTS_2PC;
    }

    @Override
    public List<Role> roles() {
        return List.of(
                Role.coordinator("card-desk", CardDeskService.class, Engine.MARIADB, List.of())
                        .and("card-desk-points", Engine.POSTGRESQL),
                Role.coordinator("card-points", CardPointsService.class, Engine.POSTGRESQL, List.of("card-bills")),
                Role.coordinator("card-bills", CardBillsService.class, Engine.MARIADB, List.of("card-points")));
    }

    @Override
    public void prepare(Stage stage) {
        // every card is opened with its use
    }

    @Override
    public List<Scene> scenes() {
        return new TwoPhaseScenes(holders).all();
    }

    @Override
    public Crowd crowd(Stage stage) {
        return new Crowd() {
            @Override
            public void ask(SplittableRandom chance, Set<Fault> faults, int number) {
                useOnce(stage, chance, faults, "card-" + number);
            }

            @Override
            public void look() {
                // whoever asks waits for the end
            }

            @Override
            public long parked() {
                return 0;
            }

            @Override
            public List<String> rest() {
                return List.of();
            }
        };
    }

    private void useOnce(Stage stage, SplittableRandom chance, Set<Fault> faults, String card) {
        Till till = Till.values()[chance.nextInt(Till.values().length)];
        boolean blocked = chance.nextInt(100) < BLOCKED_PERCENT && faults.contains(Fault.NO_VOTE);
        till.open(stage, card, blocked);
        if (blocked) {
            stage.injected(Fault.NO_VOTE, card);
        }
        holders.use(stage, till, card);
    }

    @Override
    public List<Check> check(Books books) {
        return new TwoPhaseBooks(books, holders, TwoPhaseBooks.BOUND).check();
    }
}
