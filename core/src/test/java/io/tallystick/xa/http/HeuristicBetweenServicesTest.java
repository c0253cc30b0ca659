package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.HeuristicException;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaTransaction;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Somebody rolls a prepared branch of the other service back by hand, and the coordinator decides to commit. PostgreSQL, because it tells
 * afterwards what became of a branch.
 */
@Databases(Engine.POSTGRESQL)
class HeuristicBetweenServicesTest extends ServicesScene {

    HeuristicBetweenServicesTest(TestDatabase pointsDb) {
        super(pointsDb);
    }

    @Test
    void a_branch_that_was_rolled_back_by_hand_in_the_other_service_leaves_evidence_at_the_coordinator()
            throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        track(shop.open(shopDb, peers(points), keys));
        track(points.open(pointsDb, peers(shop), keys));
        XaTransaction transaction = shop.engine().begin();
        shop.engine().bind(transaction);
        shop.add(1, -30);
        assertThat(shop.call(points, "/add?id=1&by=30").statusCode()).isEqualTo(200);
        rollBackByHand(pointsDb);

        Throwable told = catchThrowable(transaction::commit);
        shop.engine().bind(null);

        // who has waited long enough for the other service, on a busy machine, is told before the evidence comes
        if (told != null) {
            assertThat(told).isInstanceOf(HeuristicException.class);
        }
        await().until(() -> !shop.engine().heuristics(1).isEmpty());
        assertThat(shop.engine().heuristics(10)).singleElement().satisfies(record -> {
            assertThat(record.resource()).startsWith("points/");
            assertThat(record.decided()).isEqualTo(Verdict.COMMIT);
            assertThat(record.found()).isEqualTo(Ack.Found.ROLLED_BACK);
            assertThat(record.evidence()).contains("pg_xact_status says");
        });
        assertAmounts(70, 100);
    }

    private static void rollBackByHand(TestDatabase at) {
        List<String> gids = List.copyOf(Jdbc.on(at.dataSource())
                .autocommit(tx -> tx.query(
                        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()",
                        row -> row.string("gid"))));
        assertThat(gids).hasSize(1);
        at.execute("ROLLBACK PREPARED '" + gids.get(0) + "'");
    }
}
