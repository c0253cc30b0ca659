package io.tallystick.examples.points;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Wish;
import io.tallystick.examples.world.Servant;
import java.util.List;

/** Points used on a bill and their faults, one by one. Each scene has a card of its own. */
final class PointsScenes {

    private PointsScenes() {}

    static List<Scene> all() {
        return List.of(
                new Scene(
                        "Backward saga, nothing goes wrong", stage -> play(stage, "well", false, "COMPLETED, 0 / 900")),
                new Scene(
                        "Backward saga, the payment succeeds and its reply is lost: asked again, not taken back",
                        stage -> lostReply(stage, "lost-backward", false)),
                new Scene(
                        "Forward saga, the payment succeeds and its reply is lost: asked again",
                        stage -> lostReply(stage, "lost-forward", true)),
                new Scene(
                        "Backward saga, the bill takes no points today: the points are restored",
                        PointsScenes::refused),
                new Scene(
                        "Backward saga, the payment service stays closed: the points are restored",
                        PointsScenes::closed),
                new Scene(
                        "Forward saga, the payment service is killed: the payment waits for it", PointsScenes::killed));
    }

    private static Check play(Stage stage, String name, boolean forward, String expected) {
        Wish wish = PointsPlay.wish(stage, "scene-" + name, forward);
        return ended(stage, wish, stage.sagas().start(wish), name, expected);
    }

    private static Check lostReply(Stage stage, String name, boolean forward) {
        Wish wish = PointsPlay.wish(stage, "scene-" + name, forward);
        // two, not until somebody ends it: by then the orchestrator might have given up
        stage.faults("payment", faults -> faults.lostReply(1).times(2));
        stage.injected(Fault.LOST_REPLY, "payment");
        String saga = stage.sagas().start(wish);
        Books books = new Books(stage.world());
        String requests = "SELECT COUNT(*) AS amount FROM received WHERE operation LIKE '%" + saga + ":pay:%'";
        stage.await(() -> books.number("payment", requests) >= 2);
        stage.say("The payment was made once and asked for twice; now the replies arrive again.");
        Check end = ended(stage, wish, saga, name, "COMPLETED, 0 / 900");
        stage.faults("payment", faults -> faults.lostReply(0).times(0));
        return end;
    }

    private static Check refused(Stage stage) {
        stage.faults("payment", faults -> faults.refusing(true));
        try {
            return play(stage, "refused", false, "COMPENSATED, 100 / 1000");
        } finally {
            stage.faults("payment", faults -> faults.refusing(false));
        }
    }

    private static Check closed(Stage stage) {
        Wish wish = PointsPlay.wish(stage, "scene-closed", false);
        stage.faults("payment", faults -> faults.maintenance(true));
        stage.injected(Fault.MAINTENANCE, "payment");
        try {
            return ended(stage, wish, stage.sagas().start(wish), "closed", "COMPENSATED, 100 / 1000");
        } finally {
            stage.faults("payment", faults -> faults.maintenance(false));
        }
    }

    private static Check killed(Stage stage) {
        Wish wish = PointsPlay.wish(stage, "scene-killed", true);
        Servant payment = stage.world().service("payment");
        payment.kill();
        stage.injected(Fault.KILL_SERVICE, "payment");
        String saga = stage.sagas().start(wish);
        payment.restart();
        return ended(stage, wish, saga, "killed", "COMPLETED, 0 / 900");
    }

    private static Check ended(Stage stage, Wish wish, String saga, String scene, String expected) {
        String end = stage.sagas().settled(wish, saga);
        Books books = new Books(stage.world());
        String card = ((PointsUse) wish.payload()).card();
        long points = books.number("point", "SELECT points AS amount FROM card WHERE id = '" + card + "'");
        long due = books.number("payment", "SELECT due AS amount FROM bill WHERE card = '" + card + "'");
        return Check.equal("Card points, scene '" + scene + "' ends", expected, end + ", " + points + " / " + due);
    }
}
