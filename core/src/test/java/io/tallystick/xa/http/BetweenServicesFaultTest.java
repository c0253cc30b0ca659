package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.RolledBackException;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaTransaction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** One transaction over two services, one of which fails, or the network between them. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class BetweenServicesFaultTest extends ServicesScene {

    BetweenServicesFaultTest(TestDatabase pointsDb) {
        super(pointsDb);
    }

    private TestService openShop(TestService shop, Map<String, URI> peers) {
        return track(shop.open(shopDb, peers, keys));
    }

    private TestService openPoints(TestService points, Map<String, URI> peers) {
        return track(points.open(pointsDb, peers, keys));
    }

    private static int pay(TestService shop, TestService points) throws Exception {
        return shop.engine().call(() -> {
            shop.add(1, -30);
            return shop.call(points, "/add?id=1&by=30").statusCode();
        });
    }

    @Test
    void when_the_answer_of_a_prepared_service_is_lost_both_roll_back() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        openShop(shop, peers(points));
        openPoints(points, peers(shop));
        FaultProxy network = track(FaultProxy.to("127.0.0.1", points.port()));
        network.dropReplyTo("/add");
        assertThatThrownBy(() -> shop.engine().call(() -> {
                    shop.add(1, -30);
                    return shop.call("points", network.port(), "/add?id=1&by=30");
                }))
                .isInstanceOf(IOException.class);
        assertThat(network.droppedReplies()).isEqualTo(1);
        assertAmounts(100, 100);
    }

    @Test
    void an_answer_that_is_lost_dooms_the_transaction_although_the_application_goes_on() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        openShop(shop, peers(points));
        openPoints(points, peers(shop));
        FaultProxy network = track(FaultProxy.to("127.0.0.1", points.port()));
        network.dropReplyTo("/add");
        assertThatThrownBy(() -> shop.engine().call(() -> {
                    shop.add(1, -30);
                    assertThatThrownBy(() -> shop.call("points", network.port(), "/add?id=1&by=30"))
                            .isInstanceOf(IOException.class);
                    return 0;
                }))
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("was lost");
        assertAmounts(100, 100);
    }

    @Test
    void a_participant_that_is_never_told_asks_and_commits() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        openShop(shop, Map.of("points", nowhere()));
        openPoints(points, peers(shop));
        assertThat(pay(shop, points)).isEqualTo(200);
        assertAmounts(70, 130);
    }

    @Test
    void another_replica_of_the_coordinator_finishes_what_was_decided() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        shop.open(shopDb, Map.of("points", nowhere()), keys);
        openPoints(points, Map.of("shop", nowhere()));
        assertThat(pay(shop, points)).isEqualTo(200);
        shop.close();
        assertThat(amount(shopDb, 1)).isEqualTo(70);
        assertThat(prepared(pointsDb)).isEqualTo(1);
        openShop(service("shop"), peers(points));
        assertAmounts(70, 130);
    }

    @Test
    void a_coordinator_that_stood_still_before_its_decision_is_overruled() throws Exception {
        FaultProxy store = track(FaultProxy.to(shopDb.host(), shopDb.port()));
        TestService zombie = service("shop");
        TestService replica = service("shop");
        TestService points = service("points");
        track(zombie.open(shopDb, source(store.port()), peers(points), keys));
        openPoints(points, peers(replica));
        XaTransaction late = zombie.engine().begin();
        zombie.engine().bind(late);
        zombie.add(1, -30);
        assertThat(zombie.call(points, "/add?id=1&by=30").statusCode()).isEqualTo(200);
        assertThat(prepared(pointsDb)).isEqualTo(1);
        // from here on nobody hears that it lives
        store.cut();
        openShop(replica, peers(points));
        await().untilAsserted(() -> assertNothingPrepared(pointsDb));
        assertThat(replica.engine().outcome(late.name())).contains(Verdict.ABORT);
        assertThatThrownBy(late::commit).isInstanceOf(RolledBackException.class);
        zombie.engine().bind(null);
        store.heal();
        assertAmounts(100, 100);
    }

    private static PGSimpleDataSource source(int port) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:" + port + "/" + shopDb.name());
        source.setUser(shopDb.user());
        source.setPassword(shopDb.password());
        return source;
    }

    @Test
    void a_participant_that_restarts_prepared_asks_and_commits() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        TestService restarted = service("points");
        openShop(shop, Map.of("points", restarted.at()));
        points.open(pointsDb, Map.of("shop", nowhere()), keys);
        assertThat(pay(shop, points)).isEqualTo(200);
        points.close();
        assertThat(prepared(pointsDb)).isEqualTo(1);
        openPoints(restarted, peers(shop));
        assertAmounts(70, 130);
    }

    @Test
    void a_participant_whose_resource_is_not_configured_any_more_holds_its_branch_until_it_is_again() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        TestService without = service("points").withoutItsResource();
        TestService again = service("points");
        AtomicInteger at = new AtomicInteger(without.port());
        FaultProxy network = track(FaultProxy.to(() -> new InetSocketAddress("127.0.0.1", at.get())));
        network.cut();
        openShop(shop, Map.of("points", TestService.at(network.port())));
        points.open(pointsDb, Map.of("shop", nowhere()), keys);
        assertThat(pay(shop, points)).isEqualTo(200);
        points.close();

        without.open(pointsDb, peers(shop), keys);
        network.heal();
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofMinutes(2)).until(() -> prepared(pointsDb) == 1);
        assertThat(verdicts()).as("not ended").containsExactly(1);
        without.close();

        at.set(again.port());
        openPoints(again, peers(shop));
        assertAmounts(70, 130);
        assertThat(shop.engine().heuristics(1)).isEmpty();
    }

    @Test
    void a_branch_that_has_ended_may_be_told_again() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        openShop(shop, peers(points));
        openPoints(points, peers(shop));
        XaTransaction transaction = shop.engine().begin();
        shop.engine().bind(transaction);
        shop.call(points, "/add?id=1&by=30");
        BranchXid branch = await().until(() -> points.engine().inDoubt(), list -> !list.isEmpty())
                .get(0)
                .xid();
        transaction.commit();
        shop.engine().bind(null);
        assertAmounts(100, 130);
        String path = XaEndpoints.finishPath("points", branch, Verdict.COMMIT);
        XaEndpoints again = XaHttp.of(new Peers("points", Map.of()), keys).endpoints(points.engine());
        for (int i = 0; i < 2; i++) {
            assertThat(again.handle("POST", path, "", keys.sign(Wire.said("POST", path, ""))))
                    .isEqualTo(new XaEndpoints.Reply(200, "done"));
        }
        assertAmounts(100, 130);
    }

    @Test
    void a_branch_that_its_coordinator_has_never_heard_of_is_rolled_back_although_the_rest_commits() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        openShop(shop, peers(points));
        openPoints(points, peers(shop));
        shop.engine().call(() -> {
            shop.add(1, -30);
            // a proxy on the way repeats the request, and hands on the second answer only
            String header = shop.outgoing().call("points").orElseThrow().header();
            HttpRequest repeated = HttpRequest.newBuilder(points.at().resolve("/add?id=2&by=5"))
                    .header(OutgoingTransactions.REQUEST_HEADER, header)
                    .build();
            HttpClient.newHttpClient().send(repeated, BodyHandlers.discarding());
            return shop.call(points, "/add?id=1&by=30");
        });
        assertAmounts(70, 130);
        assertThat(amount(pointsDb, 2)).isEqualTo(100);
    }

    @Test
    void a_branch_that_an_ended_decision_does_not_list_is_rolled_back_when_it_asks() throws Exception {
        TestService shop = service("shop");
        TestService replica = service("shop");
        TestService points = service("points");
        FaultProxy toReplica = track(FaultProxy.to("127.0.0.1", replica.port()));
        shop.open(shopDb, Map.of("points", nowhere()), keys);
        openPoints(points, Map.of("shop", TestService.at(toReplica.port())));
        toReplica.cut();
        FaultProxy repeating = track(FaultProxy.to("127.0.0.1", points.port()));
        shop.engine().call(() -> {
            shop.add(1, -30);
            // a proxy on the way sends the request once more, because the first answer was lost on its side
            String header = shop.outgoing().call("points").orElseThrow().header();
            HttpRequest first = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + repeating.port() + "/add?id=2&by=5"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .header(OutgoingTransactions.REQUEST_HEADER, header)
                    .build();
            repeating.dropReplyTo("/add");
            assertThatThrownBy(() -> HttpClient.newHttpClient().send(first, BodyHandlers.discarding()))
                    .isInstanceOf(IOException.class);
            return shop.call("points", repeating.port(), "/add?id=1&by=30");
        });
        shop.close();
        assertThat(prepared(pointsDb)).isEqualTo(2);

        openShop(replica, peers(points));
        await().until(() -> verdicts().equals(List.of(2)));
        assertThat(prepared(pointsDb)).as("the one that nobody lists").isEqualTo(1);
        toReplica.heal();

        assertAmounts(70, 130);
        assertThat(amount(pointsDb, 2)).isEqualTo(100);
        assertThat(replica.engine().heuristics(1)).isEmpty();
        assertThat(points.engine().heuristics(1)).isEmpty();
    }

    /** 2: ended by somebody else than its coordinator, and kept. */
    private static List<Integer> verdicts() {
        return Jdbc.on(shopDb.dataSource())
                .autocommit(tx -> tx.query("SELECT verdict FROM tally_decision", row -> row.intValue("verdict")));
    }

    @Test
    void a_question_while_the_transaction_is_active_decides_nothing() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        openShop(shop, peers(points));
        openPoints(points, peers(shop));
        XaTransaction transaction = shop.engine().begin();
        shop.engine().bind(transaction);
        shop.add(1, -30);
        shop.call(points, "/add?id=1&by=30");
        BranchXid branch = await().until(() -> points.engine().inDoubt(), list -> !list.isEmpty())
                .get(0)
                .xid();
        assertThat(shop.engine().decideFor(branch)).isEmpty();
        assertThat(shop.engine().outcome(branch.gtrid())).isEmpty();
        transaction.commit();
        shop.engine().bind(null);
        assertAmounts(70, 130);
    }
}
