package io.tallystick.examples.groupware;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineDesk.Parked;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.examples.play.Stage;
import io.tallystick.examples.play.Theatre.Mark;
import io.tallystick.jdbc.Jdbc;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Folders that somebody makes by hand in the document service, and the person who sees to what they hold up. */
final class Clerk {

    private final Stage stage;
    private final Groupware groupware;

    Clerk(Stage stage) {
        this.stage = stage;
        this.groupware = new Groupware(stage.world());
    }

    /** Somebody makes a folder of the very path that this account's will have; paths are unique. */
    void makeFolderInTheWayOf(Account account) {
        documents()
                .run(tx -> tx.update(
                        "INSERT INTO folder (id, path, owner) VALUES (?::uuid, ?, 'by hand')",
                        UUID.randomUUID().toString(),
                        "/home/" + account.login()));
    }

    /** Mends what was in the way, and makes the changes that waited; how many they were. */
    int help() {
        PipelineDesk desk = groupware.desk(Groupware.DOCUMENTS);
        List<Parked> waiting = desk.parked(1_000);
        if (waiting.isEmpty()) {
            return 0;
        }
        documents()
                .run(tx -> tx.update("UPDATE folder SET path = CONCAT(path, '.', id)"
                        + " WHERE account_id IS NULL AND path NOT LIKE '%.%'"));
        int made = 0;
        try (PipelineRun run = PipelineRun.of(groupware.spec())) {
            Order order = new Order("the clerk", "folders made by hand are out of the way", Instant.now());
            Set<String> done = new HashSet<>();
            for (Parked one : waiting) {
                if (done.add(one.table() + one.key())) {
                    made += desk.replay(one.id(), run.writer(Groupware.DOCUMENTS), order);
                    stage.count(Mark.HELPED);
                }
            }
        }
        return made;
    }

    private Jdbc documents() {
        return stage.world().books(Groupware.DOCUMENTS);
    }
}
