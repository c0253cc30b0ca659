package io.tallystick.examples.twophase;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.world.Lines;
import io.tallystick.examples.world.Servant;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.XaOutcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Points used in two databases at once and the faults of it, one by one. Each scene has a card of its own. */
final class TwoPhaseScenes {

    private static final String DONE = "COMMITTED, 0 / 900";
    private static final String NOT_DONE = "ROLLED_BACK, 100 / 1000";

    /** Sent to PostgreSQL for a vote, and to tell it of a decision. */
    private static final String PREPARE = "PREPARE TRANSACTION";

    private static final String COMMIT_PREPARED = "COMMIT PREPARED";
    /** Sent to a service to have it do its part, and to tell it of a decision. */
    private static final String DISCOUNT = "POST /parts/discount";

    private static final String FINISH = "POST /tally/xa/branches/";

    private final CardHolders holders;

    TwoPhaseScenes(CardHolders holders) {
        this.holders = holders;
    }

    /**
     * The moment at which somebody dies: when a service is about to send this, and before it has.
     *
     * @param line from that service, to a database or a peer
     * @param request what it is about to send
     * @param story what has happened by then
     */
    private record Moment(String service, String line, String request, String story) {}

    List<Scene> all() {
        return List.of(
                new Scene(
                        "One process, two databases: nothing goes wrong",
                        stage -> plain(stage, Till.DESK, "well", DONE)),
                new Scene(
                        "One process: the card is blocked, and PostgreSQL votes no when it is asked to prepare",
                        stage -> voteNo(stage, Till.DESK, "no")),
                new Scene(
                        "One process: PostgreSQL has prepared and its vote is lost: an unknown vote is no yes",
                        stage -> lost(stage, Till.DESK, "lost-vote", Till.DESK.points(), PREPARE, NOT_DONE)),
                new Scene(
                        "One process: MariaDB has committed the decision and its answer is lost: it is asked, not guessed",
                        stage -> lost(stage, Till.DESK, "lost-decision", Till.DESK.bills(), Lines.DECIDE, DONE)),
                new Scene(
                        "One process, killed before the decision: what is prepared is rolled back",
                        stage -> killedBefore(stage, Till.DESK, "desk-before")),
                new Scene(
                        "One process, killed after the decision: what is prepared is committed",
                        stage -> killedAfter(stage, Till.DESK, "desk-after", Till.DESK.points(), COMMIT_PREPARED)),
                new Scene(
                        "Two services: nothing goes wrong; the bills decide, PostgreSQL prepares",
                        stage -> plain(stage, Till.BILLS, "bills-well", DONE)),
                new Scene(
                        "Two services, the other way round: the points decide, MariaDB prepares",
                        stage -> plain(stage, Till.POINTS, "points-well", DONE)),
                new Scene(
                        "Two services: the participant votes no", stage -> voteNo(stage, Till.BILLS, "participant-no")),
                new Scene(
                        "Two services: the participant has prepared and its answer is lost: it asks, and rolls back",
                        stage -> lost(stage, Till.POINTS, "lost-part", "card-bills", DISCOUNT, NOT_DONE)),
                new Scene(
                        "Two services: the participant is killed while it is prepared: it comes back and commits",
                        stage -> participantKilled(stage, Till.BILLS, "participant-postgresql", "card-points")),
                new Scene(
                        "Two services, the other way round: the participant is killed while MariaDB is prepared",
                        stage -> participantKilled(stage, Till.POINTS, "participant-mariadb", "card-bills")),
                new Scene(
                        "Two services: the coordinator is killed before its decision: the participant asks, and rolls back",
                        stage -> killedBefore(stage, Till.POINTS, "before")),
                new Scene(
                        "Two services: the coordinator is killed after its decision: the participant asks, and commits",
                        stage -> killedAfter(stage, Till.BILLS, "after", "card-points", FINISH)));
    }

    private Check plain(Stage stage, Till till, String name, String expected) {
        String card = open(stage, till, name, false);
        return ended(stage, till, card, expected, holders.use(stage, till, card));
    }

    private Check voteNo(Stage stage, Till till, String name) {
        String card = open(stage, till, name, true);
        stage.injected(Fault.NO_VOTE, till.points());
        return ended(stage, till, card, NOT_DONE, holders.use(stage, till, card));
    }

    private Check lost(Stage stage, Till till, String name, String line, String request, String expected) {
        String card = open(stage, till, name, false);
        FaultProxy proxy = stage.world().service(till.service()).lines().to(line);
        long before = proxy.droppedReplies();
        proxy.dropReplyTo(request);
        XaOutcome outcome = holders.use(stage, till, card);
        boolean dropped = proxy.droppedReplies() > before;
        proxy.heal();
        stage.injected(Fault.LOST_ANSWER, line);
        Check end = ended(stage, till, card, expected, outcome);
        return dropped ? end : new Check(end.name(), false, "the answer of " + line + " was lost", "it arrived");
    }

    private Check killedBefore(Stage stage, Till till, String name) {
        Moment moment = new Moment(
                till.service(),
                till.service(),
                Lines.DECIDE,
                "One branch is prepared, the decision is about to be stored.");
        return killed(stage, till, name, moment, till.service(), NOT_DONE);
    }

    private Check killedAfter(Stage stage, Till till, String name, String line, String request) {
        Moment moment = new Moment(
                till.service(), line, request, "The decision is stored, the prepared branch has not heard of it.");
        return killed(stage, till, name, moment, till.service(), DONE);
    }

    private Check participantKilled(Stage stage, Till till, String name, String participant) {
        Moment moment = new Moment(
                till.service(),
                till.service(),
                Lines.DECIDE,
                "The participant is prepared, the decision is about to be stored.");
        return killed(stage, till, name, moment, participant, DONE);
    }

    private Check killed(Stage stage, Till till, String name, Moment moment, String victim, String expected) {
        String card = open(stage, till, name, false);
        FaultProxy line = stage.world().service(moment.service()).lines().to(moment.line());
        long before = line.heldRequests();
        line.holdRequest(moment.request());
        CompletableFuture<XaOutcome> answer = CompletableFuture.supplyAsync(() -> holders.use(stage, till, card));
        stage.await(() -> line.heldRequests() > before);
        stage.say(moment.story());
        Servant dying = stage.world().service(victim);
        dying.kill();
        stage.injected(victim.equals(till.service()) ? Fault.KILL_COORDINATOR : Fault.KILL_SERVICE, victim);
        // what a dead process was about to send must not leave after its death; the line hears of that a moment later
        stage.await(() -> !victim.equals(moment.service()) || line.holding() == 0);
        line.heal();
        dying.restart();
        return ended(stage, till, card, expected, answer.join());
    }

    private static String open(Stage stage, Till till, String name, boolean blocked) {
        String card = "scene-" + name;
        till.open(stage, card, blocked);
        return card;
    }

    /** The end is when nothing is prepared any more. */
    private static Check ended(Stage stage, Till till, String card, String expected, XaOutcome told) {
        Books books = new Books(stage.world());
        stage.await(() -> books.prepared(till.points()) + books.prepared(till.bills()) == 0);
        long points = books.number(till.points(), "SELECT points AS amount FROM card WHERE id = '" + card + "'");
        long due = books.number(till.bills(), "SELECT due AS amount FROM bill WHERE card = '" + card + "'");
        return Check.equal(
                "Two-phase commit, scene '" + card.substring("scene-".length()) + "' ends",
                expected,
                told + ", " + points + " / " + due);
    }
}
