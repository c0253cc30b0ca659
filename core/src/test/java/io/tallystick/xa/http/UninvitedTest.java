package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.RolledBackException;
import io.tallystick.xa.XaPhase;
import io.tallystick.xa.XaTransaction;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests, votes and words of phase 2 that are not to be trusted or come too late, between real services on real databases. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class UninvitedTest extends ServicesScene {

    private static final byte[] ANOTHER = "another key, of another house".getBytes(StandardCharsets.UTF_8);
    private static final byte[] USUAL = "0123456789abcdef0123".getBytes(StandardCharsets.UTF_8);

    private final AtomicInteger handled = new AtomicInteger();
    private final KeyRing keysOfPoints = KeyRing.of("k1", USUAL);
    private TestService shop;
    private TestService points;

    UninvitedTest(TestDatabase pointsDb) {
        super(pointsDb);
    }

    @BeforeEach
    void open() throws IOException {
        shop = service("shop");
        points = service("points");
        track(shop.open(shopDb, peers(points), keys));
        track(points.open(pointsDb, peers(shop), keysOfPoints));
        points.handle("/count", exchange -> {
            handled.incrementAndGet();
            points.add(1, 30);
            exchange.sendResponseHeaders(200, -1);
        });
    }

    private static TxnContext context(String coordinator, Duration left) {
        Gtrid gtrid = new Gtrid(Gtrid.hash(coordinator), Gtrid.hash("shop"), 5, 1, 9, Instant.now());
        return new TxnContext(gtrid, Instant.now().plus(left), left, coordinator, Set.of());
    }

    private void assertRefused(String header, int status, String why) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + points.port() + "/count"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .header(OutgoingTransactions.REQUEST_HEADER, header)
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(why);
        assertThat(answer.headers().firstValue(OutgoingTransactions.RESPONSE_HEADER))
                .isEmpty();
        assertThat(handled).as("its handler is not called").hasValue(0);
        assertAmounts(100, 100);
    }

    @Test
    void a_header_that_is_not_signed_rightly_is_refused() throws Exception {
        String header = context("shop", Duration.ofSeconds(30)).header(KeyRing.of("k1", ANOTHER));
        assertRefused(header, 403, "wrong signature");
    }

    @Test
    void a_header_of_a_stranger_is_refused() throws Exception {
        assertRefused(context("bank", Duration.ofSeconds(30)).header(keys), 403, "'bank' is not known here");
    }

    @Test
    void a_header_that_cannot_be_read_is_refused() throws Exception {
        assertRefused("v7;of the future", 400, "cannot be read");
    }

    @Test
    void a_header_that_comes_twice_is_refused() throws Exception {
        String right = context("shop", Duration.ofSeconds(30)).header(keys);
        assertRefused(right + "," + right, 400, "expected once");
    }

    @Test
    void a_header_after_its_deadline_is_refused() throws Exception {
        assertRefused(context("shop", Duration.ofMinutes(-1)).header(keys), 409, "after the deadline");
    }

    @Test
    void who_calls_with_keys_that_differ_hears_of_the_rollback_and_what_to_compare() {
        keysOfPoints.change(Map.of("k1", ANOTHER));
        assertThatThrownBy(() -> shop.engine().call(() -> {
                    shop.add(1, -30);
                    return shop.call(points, "/count").statusCode();
                }))
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("'points' answered 403 without a vote")
                .hasMessageContaining("Compare the keys");
        assertThat(handled).hasValue(0);
        assertAmounts(100, 100);
    }

    @Test
    void a_vote_that_is_not_signed_rightly_rolls_everything_back_also_when_the_application_goes_on() {
        points.handleAlone("/forged", exchange -> {
            exchange.getResponseHeaders().set(OutgoingTransactions.RESPONSE_HEADER, "v1;points;R;;;k1:00");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        assertThatThrownBy(() -> shop.engine().call(() -> {
                    shop.add(1, -30);
                    shop.call(points, "/add?id=1&by=30");
                    assertThatThrownBy(() -> shop.call(points, "/forged")).hasMessageContaining("wrong signature");
                    return 0;
                }))
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("wrong signature");
        assertAmounts(100, 100);
    }

    @Test
    void while_keys_differ_after_the_vote_the_branch_is_held_and_ends_as_decided_when_they_agree() throws Exception {
        shop.engine().call(() -> {
            shop.add(1, -30);
            int status = shop.call(points, "/add?id=1&by=30").statusCode();
            keysOfPoints.change(Map.of("k1", ANOTHER));
            return status;
        });
        assertThat(amount(shopDb, 1)).isEqualTo(70);
        await().during(Duration.ofSeconds(2)).atMost(Duration.ofMinutes(2)).until(() -> prepared(pointsDb) == 1);
        assertThat(unfinished()).isEqualTo(1);
        keysOfPoints.change(Map.of("k1", USUAL));
        assertAmounts(70, 130);
        assertThat(shop.engine().heuristics(1)).isEmpty();
    }

    @Test
    void a_handler_that_works_past_the_deadline_is_rolled_back_and_so_is_its_caller() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        points.handle("/slow", exchange -> {
            points.add(1, 30);
            XaTransaction part = points.engine().current().orElseThrow();
            await().until(() -> part.phase() == XaPhase.ROLLED_BACK);
            over.countDown();
            exchange.sendResponseHeaders(200, -1);
        });
        XaTransaction transaction = shop.engine().begin(Duration.ofSeconds(2));
        shop.engine().bind(transaction);
        shop.add(1, -30);
        try {
            shop.call(points, "/slow");
        } catch (IOException waitedNoLonger) {
            assertThat(waitedNoLonger).hasMessageContaining("timed out");
        }
        assertThatThrownBy(transaction::commit).isInstanceOf(RolledBackException.class);
        shop.engine().bind(null);
        assertThat(over.await(2, TimeUnit.MINUTES)).isTrue();
        assertAmounts(100, 100);
    }

    @Test
    void a_transaction_whose_deadline_passes_behind_the_vote_is_rolled_back_in_both() throws Exception {
        XaTransaction transaction = shop.engine().begin(Duration.ofSeconds(2));
        shop.engine().bind(transaction);
        shop.add(1, -30);
        assertThat(shop.call(points, "/add?id=1&by=30").statusCode()).isEqualTo(200);
        await().until(() -> transaction.phase() == XaPhase.ROLLED_BACK);
        assertThatThrownBy(transaction::commit).isInstanceOf(RolledBackException.class);
        shop.engine().bind(null);
        assertAmounts(100, 100);
    }

    private static int unfinished() {
        return Jdbc.on(shopDb.dataSource())
                .autocommit(tx -> tx.query("SELECT gtrid FROM tally_decision WHERE verdict = 1", row -> 1))
                .size();
    }
}
