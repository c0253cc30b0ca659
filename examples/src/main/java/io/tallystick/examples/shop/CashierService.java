package io.tallystick.examples.shop;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Reply;

/** Takes the shop's payments and writes to its customers; a process of its own. */
public final class CashierService {

    private CashierService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(CashierService::describe);
    }

    static void describe(Service service) {
        service.tables("shop/cashier.sql");
        service.post("/payments", Order.class, CashierService::pay);
        service.post("/notices", CustomerLine.Notice.class, (tx, notice, key) -> tell(tx, notice));
    }

    private static Reply pay(Tx tx, Order order, OperationKey key) {
        tx.update(
                "INSERT INTO payment (reference, amount, operation) VALUES (?, ?, ?)",
                order.id(),
                order.price(),
                key.toString());
        return Reply.done();
    }

    private static Reply tell(Tx tx, CustomerLine.Notice notice) {
        tx.update("INSERT INTO notice (reference, text) VALUES (?, ?)", notice.order(), notice.text());
        return Reply.done();
    }
}
