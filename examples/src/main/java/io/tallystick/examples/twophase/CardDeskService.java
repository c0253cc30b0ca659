package io.tallystick.examples.twophase;

import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.message.Reply;
import javax.sql.DataSource;

/** A card company that is not split: one process, points in PostgreSQL, bills in MariaDB. */
public final class CardDeskService {

    private CardDeskService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(CardDeskService::describe);
    }

    @SuppressWarnings("resource") // both live until the process ends
    static void describe(Service service) {
        DataSource pool = service.further("twophase/points.sql");
        Jdbc points = Jdbc.on(pool);
        service.tables("twophase/bills.sql");
        service.post("/cards", Points.NewCard.class, (tx, card, key) -> {
            points.run(other -> Points.open(other, card));
            return Reply.done();
        });
        service.post("/bills", Bills.NewBill.class, (tx, bill, key) -> {
            Bills.open(tx, bill);
            return Reply.done();
        });
        Counter.open(service, CardDesk.open(pool, service.database())::use);
    }
}
