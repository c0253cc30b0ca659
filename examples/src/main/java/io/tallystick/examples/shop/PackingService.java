package io.tallystick.examples.shop;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Reply;

/** Packs parcels; a process of its own. */
public final class PackingService {

    private PackingService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(PackingService::describe);
    }

    @SuppressWarnings("resource") // listens until the process ends
    static void describe(Service service) {
        service.tables("shop/packing.sql");
        service.commands()
                .command("packing.commands", "Pack", OrderSaga.Pack.class, PackingService::pack)
                .start();
    }

    private static Reply pack(Tx tx, OrderSaga.Pack command) {
        tx.update("INSERT INTO parcel (reference, goods) VALUES (?, ?)", command.order(), command.goods());
        return Reply.done();
    }
}
