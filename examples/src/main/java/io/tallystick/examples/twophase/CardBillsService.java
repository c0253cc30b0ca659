package io.tallystick.examples.twophase;

import io.tallystick.examples.points.PointsUse;
import io.tallystick.examples.service.Coordinator;
import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.message.Reply;

/** Keeps what cards have to pay, in MariaDB; a process of its own. Points can be used here: their service is asked to do its part. */
public final class CardBillsService {

    private CardBillsService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(CardBillsService::describe);
    }

    static void describe(Service service) {
        service.tables("twophase/bills.sql");
        service.post("/bills", Bills.NewBill.class, (tx, bill, key) -> {
            Bills.open(tx, bill);
            return Reply.done();
        });
        Coordinator coordinator = Coordinator.on(service);
        Bills bills = new Bills(coordinator.database());
        coordinator.part("discount", PointsUse.class, bills::discount);
        Counter.open(
                service,
                use -> coordinator.inTransaction(() -> {
                    bills.discount(use);
                    coordinator.call("card-points", "take", use);
                }));
    }
}
