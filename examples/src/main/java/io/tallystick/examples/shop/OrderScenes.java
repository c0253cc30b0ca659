package io.tallystick.examples.shop;

import io.tallystick.examples.Check;
import io.tallystick.examples.Fault;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Scene;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Wish;
import io.tallystick.saga.Intervention;
import io.tallystick.saga.Verb;
import java.util.List;

/** The shop order and its faults, one by one. */
final class OrderScenes {

    /** The order that a person takes to its address. */
    static final String BY_HAND = "scene-by-hand";

    private OrderScenes() {}

    static List<Scene> all() {
        return List.of(
                new Scene("Nothing goes wrong", OrderScenes::well),
                new Scene("Shipping is closed for a moment: retried until it is open", OrderScenes::closedForAMoment),
                new Scene(
                        "Nothing is shipped today: the order waits, the customer is told, a person retries",
                        OrderScenes::strike),
                new Scene("There is no such address: a person corrects it", OrderScenes::wrongAddress),
                new Scene("Shipping loses its memory: a person delivers by hand and says so", OrderScenes::byHand));
    }

    private static Check well(Stage stage) {
        Wish wish = wish("scene-well", "Mapo-daero 1");
        return ended(
                "well", "COMPLETED", stage.sagas().settled(wish, stage.sagas().start(wish)));
    }

    private static Check closedForAMoment(Stage stage) {
        Wish wish = wish("scene-closed", "Mapo-daero 2");
        // two requests long, not until somebody ends it: by then the order might wait for a person
        stage.faults("shipping", faults -> faults.maintenance(true).times(2));
        stage.injected(Fault.SHIPPING_FAILS, "shipping");
        String end = stage.sagas().settled(wish, stage.sagas().start(wish));
        stage.faults("shipping", faults -> faults.maintenance(false).times(0));
        return ended("closed for a moment", "COMPLETED", end);
    }

    private static Check strike(Stage stage) {
        Wish wish = wish("scene-strike", "Mapo-daero 3");
        stage.faults("shipping", faults -> faults.refusing(true));
        stage.injected(Fault.SHIPPING_FAILS, "shipping");
        String saga = stage.sagas().start(wish);
        String waiting = stage.sagas().settled(wish, saga);
        stage.await(() -> told(stage, wish));
        stage.faults("shipping", faults -> faults.refusing(false));
        stage.say("The customer was told; shipping works again, and somebody retries.");
        help(stage, wish, saga, new Intervention(Verb.RETRY, "demo", "shipping works again", "ship", null));
        return ended("strike", "PARKED, then COMPLETED", waiting + ", then " + end(stage, wish, saga));
    }

    private static Check wrongAddress(Stage stage) {
        Wish wish = wish("scene-nowhere", OrderPlay.NOWHERE);
        stage.injected(Fault.SHIPPING_FAILS, wish.key());
        String saga = stage.sagas().start(wish);
        String waiting = stage.sagas().settled(wish, saga);
        help(stage, wish, saga, OrderPlay.correctAddress((Order) wish.payload()));
        return ended("wrong address", "PARKED, then COMPLETED", waiting + ", then " + end(stage, wish, saga));
    }

    private static Check byHand(Stage stage) {
        Wish wish = wish(BY_HAND, OrderPlay.NOWHERE);
        stage.injected(Fault.SHIPPING_FAILS, wish.key());
        String saga = stage.sagas().start(wish);
        String waiting = stage.sagas().settled(wish, saga);
        help(
                stage,
                wish,
                saga,
                new Intervention(Verb.MARK_DONE, "demo", "taken there by hand, receipt 77", "ship", null));
        return ended("by hand", "PARKED, then COMPLETED", waiting + ", then " + end(stage, wish, saga));
    }

    private static void help(Stage stage, Wish wish, String saga, Intervention intervention) {
        stage.say("Somebody steps in: " + intervention.verb() + ", because " + intervention.why());
        stage.sagas().intervene(wish, saga, intervention);
    }

    /** The end behind the help: it was parked a moment ago. */
    private static String end(Stage stage, Wish wish, String saga) {
        stage.sagas().await(wish, saga, s -> s.status().equals("COMPLETED"));
        return stage.sagas().settled(wish, saga);
    }

    private static boolean told(Stage stage, Wish wish) {
        return count(stage, "cashier", "notice", wish) > 0;
    }

    private static long count(Stage stage, String service, String table, Wish wish) {
        return new Books(stage.world())
                .number(service, "SELECT COUNT(*) AS amount FROM " + table + " WHERE reference = '" + wish.key() + "'");
    }

    private static Wish wish(String key, String address) {
        return OrderPlay.wish(new Order(key, "tea", 5_000, address), null);
    }

    private static Check ended(String scene, String expected, String found) {
        return Check.equal("Shop order, scene '" + scene + "' ends", expected, found);
    }
}
