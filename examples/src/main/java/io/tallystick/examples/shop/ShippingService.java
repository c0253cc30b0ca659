package io.tallystick.examples.shop;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Reply;

/** Ships parcels; a process of its own. It refuses addresses that do not exist, and goes on strike. */
public final class ShippingService {

    private ShippingService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(ShippingService::describe);
    }

    static void describe(Service service) {
        service.tables("shop/shipping.sql");
        service.post(
                "/shipments",
                Order.class,
                (tx, order, key) -> service.faults().settings().refusing()
                        ? Reply.refused("ON_STRIKE", "nothing is shipped today")
                        : ship(tx, order, key));
    }

    private static Reply ship(Tx tx, Order order, OperationKey key) {
        if (order.address().startsWith("nowhere")) {
            return Reply.refused("ADDRESS_UNKNOWN", "there is no such place as " + order.address());
        }
        tx.update(
                "INSERT INTO shipment (reference, address, operation) VALUES (?, ?, ?)",
                order.id(),
                order.address(),
                key.toString());
        return Reply.done();
    }
}
