package io.tallystick.examples.points;

import io.tallystick.examples.points.PointCommands.RestorePoints;
import io.tallystick.examples.points.PointCommands.UsePoints;
import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Reply;

/** Keeps the points of cards; a process of its own. */
public final class PointService {

    private PointService() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(PointService::describe);
    }

    @SuppressWarnings("resource") // listens until the process ends
    static void describe(Service service) {
        service.tables("points/point.sql");
        service.post("/cards", NewCard.class, (tx, card, key) -> open(tx, card));
        service.commands()
                .command(PointCommands.CHANNEL, "UsePoints", UsePoints.class, PointService::use)
                .compensation(PointCommands.CHANNEL, "RestorePoints", RestorePoints.class, PointService::restore)
                .start();
    }

    /** A card with points on it. */
    record NewCard(String card, long points) {}

    private static Reply open(Tx tx, NewCard card) {
        tx.update("INSERT INTO card (id, points) VALUES (?, ?)", card.card(), card.points());
        return Reply.done();
    }

    private static Reply use(Tx tx, UsePoints command) {
        long points = tx.queryOne(
                        "SELECT points FROM card WHERE id = ? FOR UPDATE",
                        row -> row.longValue("points"),
                        command.card())
                .orElse(0L);
        if (points < command.points()) {
            return Reply.refused(
                    "NOT_ENOUGH_POINTS", command.card() + " has " + points + " points, asked for " + command.points());
        }
        return move(tx, command.card(), command.use(), -command.points());
    }

    private static Reply restore(Tx tx, RestorePoints command) {
        return move(tx, command.card(), command.use(), command.points());
    }

    private static Reply move(Tx tx, String card, String use, long change) {
        tx.update("UPDATE card SET points = points + ? WHERE id = ?", change, card);
        tx.update("INSERT INTO point_move (card, reference, points) VALUES (?, ?, ?)", card, use, change);
        return Reply.done();
    }
}
