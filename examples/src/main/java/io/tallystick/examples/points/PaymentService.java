package io.tallystick.examples.points;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Reply;

/** Says what a card has to pay; a process of its own. */
public final class PaymentService {

    private PaymentService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(PaymentService::describe);
    }

    static void describe(Service service) {
        service.tables("points/payment.sql");
        service.post("/bills", NewBill.class, (tx, bill, key) -> open(tx, bill));
        service.post(
                "/discounts",
                PointsUse.class,
                (tx, use, key) -> service.faults().settings().refusing()
                        ? Reply.refused("DISCOUNT_REFUSED", "bill of " + use.card() + " takes no points today")
                        : change(tx, use, -use.points(), key));
        service.post("/discount-recalls", PointsUse.class, (tx, use, key) -> change(tx, use, use.points(), key));
    }

    /** A bill of a card. */
    record NewBill(String card, long due) {}

    private static Reply open(Tx tx, NewBill bill) {
        tx.update("INSERT INTO bill (card, due) VALUES (?, ?)", bill.card(), bill.due());
        return Reply.done();
    }

    private static Reply change(Tx tx, PointsUse use, long change, OperationKey key) {
        tx.update("UPDATE bill SET due = due + ? WHERE card = ?", change, use.card());
        tx.update(
                "INSERT INTO bill_change (card, reference, amount, operation) VALUES (?, ?, ?, ?)",
                use.card(),
                use.id(),
                change,
                key.toString());
        return Reply.done();
    }
}
