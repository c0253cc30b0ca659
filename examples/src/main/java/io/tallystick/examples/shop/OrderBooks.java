package io.tallystick.examples.shop;

import io.tallystick.examples.Check;
import io.tallystick.examples.play.Books;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What must hold between cashier, packing and shipping, once every order has ended. */
final class OrderBooks {

    private OrderBooks() {}

    static List<Check> check(Books books) {
        Map<String, Long> paid = count(books, "cashier", "payment");
        Map<String, Long> shipped = count(books, "shipping", "shipment");
        // what a person took to its address is no work of the shipping service
        shipped.putIfAbsent(OrderScenes.BY_HAND, paid.getOrDefault(OrderScenes.BY_HAND, 0L));
        shipped.values().removeIf(count -> count == 0);
        return List.of(
                books.allEnded(OrderPlay.ORCHESTRATOR),
                Books.agree("Each order is paid once and packed once", paid, count(books, "packing", "parcel")),
                Books.agree("Each order that is paid was shipped once", paid, shipped),
                books.atMostOnce("No order was paid twice", "cashier", counting("payment")),
                books.atMostOnce("No order was shipped twice", "shipping", counting("shipment")),
                books.atMostOnce("No customer was told twice about one delay", "cashier", counting("notice")),
                books.keysWereCarried(List.of("cashier", "shipping")));
    }

    private static Map<String, Long> count(Books books, String service, String table) {
        return new TreeMap<>(books.numbers(service, counting(table)));
    }

    private static String counting(String table) {
        return "SELECT reference AS name, COUNT(*) AS amount FROM " + table + " GROUP BY reference";
    }
}
