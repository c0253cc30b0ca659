package io.tallystick.examples.twophase;

import io.tallystick.examples.points.PointsUse;
import io.tallystick.examples.service.Coordinator;
import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.message.Reply;

/** Keeps the points of cards, in PostgreSQL; a process of its own. Points can be used here: the bill is asked to do its part. */
public final class CardPointsService {

    private CardPointsService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(CardPointsService::describe);
    }

    static void describe(Service service) {
        service.tables("twophase/points.sql");
        service.post("/cards", Points.NewCard.class, (tx, card, key) -> {
            Points.open(tx, card);
            return Reply.done();
        });
        Coordinator coordinator = Coordinator.on(service);
        Points points = new Points(coordinator.database());
        coordinator.part("take", PointsUse.class, points::take);
        Counter.open(
                service,
                use -> coordinator.inTransaction(() -> {
                    points.take(use);
                    coordinator.call("card-bills", "discount", use);
                }));
    }
}
