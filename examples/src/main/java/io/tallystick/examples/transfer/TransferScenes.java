package io.tallystick.examples.transfer;

import static io.tallystick.examples.transfer.TransferPlay.ORCHESTRATOR;
import static io.tallystick.examples.transfer.TransferPlay.PAYEE;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Wish;
import io.tallystick.examples.world.Servant;
import java.util.List;

/** The transfer and its faults, one by one. Each scene has an account of its own with 1,000 won and sends 300. */
final class TransferScenes {

    private TransferScenes() {}

    static List<Scene> all() {
        return List.of(
                new Scene(
                        "Improved order, nothing goes wrong",
                        stage -> plain(stage, false, "well", 1_000, 0, "COMPLETED")),
                new Scene("The payee is unknown: refused before anything happened", TransferScenes::unknownPayee),
                new Scene(
                        "The balance is too low: refused before anything happened",
                        stage -> plain(stage, false, "poor", 200, 0, "COMPENSATED")),
                new Scene(
                        "Naive order, nothing goes wrong",
                        stage -> plain(stage, true, "naive-well", 1_000, 0, "COMPLETED")),
                new Scene(
                        "Naive order, a card bill empties the account after the remittance: it is recalled",
                        stage -> plain(stage, true, "naive-card", 1_000, 800, "COMPENSATED")),
                new Scene(
                        "Improved order, the same card bill: the balance was booked first, the card company comes too late",
                        stage -> plain(stage, false, "improved-card", 1_000, 800, "COMPLETED")),
                new Scene(
                        "The other bank remits and its reply is lost: asked again under the same key, remitted once",
                        TransferScenes::lostReply),
                new Scene(
                        "The other bank is in its maintenance window: the balance is restored",
                        TransferScenes::maintenance),
                new Scene("The account service is killed: the transfer waits for it", TransferScenes::killedService),
                new Scene(
                        "The orchestrator is killed in the middle: the transfer goes on where it was",
                        TransferScenes::killedEngine));
    }

    private static Check plain(Stage stage, boolean naive, String name, long balance, long cardBill, String end) {
        Wish wish = wish(stage, naive, name, balance, cardBill);
        return ended(name, end, stage.sagas().settled(wish, stage.sagas().start(wish)));
    }

    private static Check unknownPayee(Stage stage) {
        TransferPlay.open(stage, "scene-payee", 1_000, 0);
        Wish wish = TransferPlay.wish(
                false, new Transfer("scene-payee", "scene-payee", "nobody", 300), Fault.PAYEE_UNKNOWN);
        stage.injected(Fault.PAYEE_UNKNOWN, wish.key());
        return ended(
                "payee unknown",
                "COMPENSATED",
                stage.sagas().settled(wish, stage.sagas().start(wish)));
    }

    private static Check lostReply(Stage stage) {
        Wish wish = wish(stage, false, "lost", 1_000, 0);
        // two, not until somebody ends it: by then the orchestrator might have given up
        stage.faults("other-bank", faults -> faults.lostReply(1).times(2));
        stage.injected(Fault.LOST_REPLY, "other-bank");
        String saga = stage.sagas().start(wish);
        Books books = new Books(stage.world());
        stage.await(() -> books.number("other-bank", remittanceRequests(saga)) >= 2);
        stage.say("The other bank did the work once and heard the request twice; now its replies arrive again.");
        String end = stage.sagas().settled(wish, saga);
        stage.faults("other-bank", faults -> faults.lostReply(0).times(0));
        long remitted = books.number(
                "other-bank", "SELECT COUNT(*) AS amount FROM remittance WHERE reference = '" + wish.key() + "'");
        return ended(
                "lost reply",
                "COMPLETED, remitted once",
                end + ", remitted " + (remitted == 1 ? "once" : remitted + " times"));
    }

    private static String remittanceRequests(String saga) {
        return "SELECT COUNT(*) AS amount FROM received WHERE operation LIKE '%" + saga + ":remit:%'";
    }

    private static Check maintenance(Stage stage) {
        Wish wish = wish(stage, false, "maintenance", 1_000, 0);
        stage.faults("other-bank", faults -> faults.maintenance(true));
        stage.injected(Fault.MAINTENANCE, "other-bank");
        try {
            String end = stage.sagas().settled(wish, stage.sagas().start(wish));
            long balance = new Books(stage.world())
                    .number("account", "SELECT balance AS amount FROM account WHERE id = 'scene-maintenance'");
            return ended("maintenance", "COMPENSATED, balance 1000", end + ", balance " + balance);
        } finally {
            stage.faults("other-bank", faults -> faults.maintenance(false));
        }
    }

    private static Check killedService(Stage stage) {
        Wish wish = wish(stage, false, "killed-account", 1_000, 0);
        Servant account = stage.world().service("account");
        account.kill();
        stage.injected(Fault.KILL_SERVICE, "account");
        String saga = stage.sagas().start(wish);
        account.restart();
        return ended("account killed", "COMPLETED", stage.sagas().settled(wish, saga));
    }

    private static Check killedEngine(Stage stage) {
        Wish wish = wish(stage, false, "killed-engine", 1_000, 0);
        stage.faults("other-bank", faults -> faults.slow(1));
        Servant orchestrator = stage.world().service(ORCHESTRATOR);
        String saga = stage.sagas().start(wish);
        orchestrator.kill();
        stage.injected(Fault.KILL_ENGINE, ORCHESTRATOR);
        stage.faults("other-bank", faults -> faults.slow(0));
        orchestrator.restart();
        return ended("orchestrator killed", "COMPLETED", stage.sagas().settled(wish, saga));
    }

    private static Wish wish(Stage stage, boolean naive, String name, long balance, long cardBill) {
        String account = "scene-" + name;
        TransferPlay.open(stage, account, balance, cardBill);
        return TransferPlay.wish(naive, new Transfer("scene-" + name, account, PAYEE, 300), null);
    }

    private static Check ended(String scene, String expected, String found) {
        return Check.equal("Interbank transfer, scene '" + scene + "' ends", expected, found);
    }
}
