package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.Ack;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.database.InnoDbReplica;
import io.tallystick.xa.database.PostgresStandby;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A replica takes the place of a participant's database between its vote and its end; the coordinator is in another service. */
class FailoverBetweenServicesTest {

    @Nested
    class OfPostgres extends Failover {
        OfPostgres() throws IOException {
            super(TestDatabases.postgres().start());
        }

        @Override
        TestDatabase replicaOfNow() throws IOException {
            return PostgresStandby.coldCopyOf(pointsDb);
        }

        @Override
        void promote(TestDatabase replica) {
            replica.execute("SELECT pg_promote()");
        }
    }

    @Nested
    class OfMariaDb extends OfInnoDb {
        OfMariaDb() throws IOException {
            super(Engine.MARIADB);
        }
    }

    @Nested
    class OfMySql extends OfInnoDb {
        OfMySql() throws IOException {
            super(Engine.MYSQL);
        }
    }

    abstract static class OfInnoDb extends Failover {
        OfInnoDb(Engine product) throws IOException {
            super(InnoDbReplica.server(product, 1));
        }

        @Override
        TestDatabase replicaOfNow() {
            TestDatabase replica = InnoDbReplica.server(pointsDb.engine(), 2);
            InnoDbReplica.follow(replica, pointsDb);
            InnoDbReplica.catchUp(replica, pointsDb);
            InnoDbReplica.stopFollowing(replica);
            return replica;
        }

        @Override
        void promote(TestDatabase replica) {
            InnoDbReplica.promote(replica);
        }
    }

    abstract static class Failover extends ServicesScene {

        private final TestService shop = service("shop");
        private final TestService points = service("points");
        /** A replica of the service, on the database that was promoted. */
        private final TestService pointsAfter = service("points");

        private final FaultProxy toPointsAfter = FaultProxy.to("127.0.0.1", pointsAfter.port());

        Failover(TestDatabase primary) throws IOException {
            super(primary);
            track(pointsDb);
            track(toPointsAfter);
        }

        /** Decided to commit, told to the application, and the other service has not heard it yet. */
        private void decide() throws Exception {
            toPointsAfter.cut();
            track(shop.open(shopDb, Map.of("points", TestService.at(toPointsAfter.port())), keys));
            points.open(pointsDb, Map.of("shop", nowhere()), keys);
            shop.engine().call(() -> {
                shop.add(1, -30);
                return shop.call(points, "/add?id=1&by=30").statusCode();
            });
            assertThat(amount(shopDb, 1)).isEqualTo(70);
            assertThat(prepared(pointsDb)).isEqualTo(1);
        }

        private void failOver(TestDatabase replica) {
            points.close();
            pointsDb.kill();
            promote(replica);
            track(pointsAfter.open(replica, peers(shop), keys));
        }

        /** It has what the primary has now, and gets no more. */
        abstract TestDatabase replicaOfNow() throws IOException;

        abstract void promote(TestDatabase replica);

        private static void awaitEndOfTheDecision() {
            await().until(() -> Jdbc.on(shopDb.dataSource())
                    .autocommit(tx -> tx.query("SELECT gtrid FROM tally_decision WHERE verdict = 1", row -> 1))
                    .isEmpty());
        }

        @Test
        void of_a_branch_that_was_to_commit_and_has_not_reached_the_replica_the_coordinator_keeps_evidence()
                throws Exception {
            TestDatabase replica = track(replicaOfNow());
            decide();
            failOver(replica);
            toPointsAfter.heal();

            await().until(() -> !shop.engine().heuristics(1).isEmpty());
            assertThat(shop.engine().heuristics(10)).singleElement().satisfies(record -> {
                assertThat(record.resource()).isEqualTo("points/points");
                assertThat(record.decided()).isEqualTo(Verdict.COMMIT);
                assertThat(record.found()).isEqualTo(Ack.Found.UNKNOWN);
                assertThat(record.evidence())
                        .containsPattern("prepared in .+, absent in .+, which has taken its place");
            });
            awaitEndOfTheDecision();
            assertThat(amount(replica, 1)).isEqualTo(100);
        }

        @Test
        void a_former_primary_that_comes_back_with_the_branch_hears_the_decision_and_no_rollback() throws Exception {
            TestDatabase replica = track(replicaOfNow());
            decide();
            failOver(replica);
            toPointsAfter.heal();
            awaitEndOfTheDecision();
            assertThat(shop.engine().heuristics(10)).hasSize(1);
            toPointsAfter.cut();

            pointsDb.restart();
            track(service("points").open(pointsDb, peers(shop), keys));

            await().untilAsserted(() -> assertNothingPrepared(pointsDb));
            assertThat(amount(pointsDb, 1)).isEqualTo(130);
        }

        @Test
        void a_branch_that_has_reached_the_replica_is_committed_there_and_leaves_no_evidence() throws Exception {
            decide();
            TestDatabase replica = track(replicaOfNow());
            toPointsAfter.heal();
            failOver(replica);

            awaitEndOfTheDecision();
            assertThat(amount(replica, 1)).isEqualTo(130);
            assertNothingPrepared(replica);
            assertThat(shop.engine().heuristics(1)).isEmpty();
        }

        @Test
        void a_branch_that_has_asked_and_was_committed_there_is_not_taken_for_lost_when_the_word_comes()
                throws Exception {
            decide();
            TestDatabase replica = track(replicaOfNow());
            failOver(replica);
            await().until(() -> amount(replica, 1) == 130);
            toPointsAfter.heal();

            awaitEndOfTheDecision();
            assertThat(shop.engine().heuristics(1)).isEmpty();
        }
    }
}
