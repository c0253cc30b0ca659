package io.tallystick.examples.transfer;

import io.tallystick.examples.Check;
import io.tallystick.examples.play.Books;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What must hold between the four databases of the bank and the other bank, once every transfer has ended. */
final class TransferBooks {

    private static final List<String> HTTP = List.of("customer", "other-bank");

    private TransferBooks() {}

    static List<Check> check(Books books) {
        Map<String, Long> booked = books.numbers("account", """
                SELECT reference AS name, SUM(CASE kind WHEN 'BOOKED' THEN amount ELSE -amount END) AS amount
                  FROM movement WHERE kind <> 'CARD_BILL' GROUP BY reference""");
        Map<String, Long> remitted = books.numbers("other-bank", """
                SELECT reference AS name, SUM(CASE kind WHEN 'REMITTED' THEN amount ELSE -amount END) AS amount
                  FROM remittance GROUP BY reference""");
        Map<String, Long> recorded = books.numbers("transfer", """
                SELECT id AS name, SUM(CASE status WHEN 'FAILED' THEN 0 ELSE amount END) AS amount
                  FROM transfer GROUP BY id""");
        return List.of(
                books.allEnded(TransferPlay.ORCHESTRATOR),
                money(books),
                Books.agree(
                        "Each transfer is booked at the account and remitted at the other bank, or neither",
                        booked,
                        remitted),
                Books.agree(
                        "Each transfer that is booked stands as such in the transfer record, and no other",
                        booked,
                        recorded),
                books.atMostOnce("No booking and no restoring happened twice", "account", """
                        SELECT CONCAT(reference, ' ', kind) AS name, COUNT(*) AS amount
                          FROM movement WHERE kind <> 'CARD_BILL' GROUP BY reference, kind"""),
                books.atMostOnce(
                        "No remittance and no recall happened twice under one key",
                        "other-bank",
                        "SELECT operation AS name, COUNT(*) AS amount FROM remittance GROUP BY operation"),
                books.atMostOnce(
                        "No transfer was recorded twice",
                        "transfer",
                        "SELECT id AS name, COUNT(*) AS amount FROM transfer GROUP BY id"),
                pushes(books, booked),
                books.atMostOnce(
                        "No customer was told twice how it ended",
                        "customer",
                        "SELECT transfer_id AS name, COUNT(*) AS amount FROM push WHERE kind <> 'DELAYED' GROUP BY transfer_id"),
                books.keysWereCarried(HTTP));
    }

    /** Won neither appear nor vanish. */
    private static Check money(Books books) {
        long opened = books.number("account", "SELECT COALESCE(SUM(opened_with), 0) AS amount FROM account");
        long left = books.number("account", "SELECT COALESCE(SUM(balance), 0) AS amount FROM account");
        long card = books.number(
                "account", "SELECT COALESCE(SUM(amount), 0) AS amount FROM movement WHERE kind = 'CARD_BILL'");
        long arrived = books.number("other-bank", """
                SELECT COALESCE(SUM(CASE kind WHEN 'REMITTED' THEN amount ELSE -amount END), 0) AS amount
                  FROM remittance""");
        return Check.equal(
                "Won on the accounts, with the card company and at the other bank, together",
                opened,
                left + card + arrived);
    }

    private static Check pushes(Books books, Map<String, Long> booked) {
        Map<String, Long> sent =
                books.numbers("customer", "SELECT transfer_id AS name, 1 AS amount FROM push WHERE kind = 'SENT'");
        Map<String, Long> really = new TreeMap<>(booked);
        really.values().removeIf(amount -> amount == 0);
        really.replaceAll((transfer, amount) -> 1L);
        return Books.agree(
                "Customers are told that their money was sent when it was, and else that it was not", sent, really);
    }
}
