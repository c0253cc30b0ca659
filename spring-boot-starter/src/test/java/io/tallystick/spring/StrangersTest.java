package io.tallystick.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.testkit.internal.Ports;
import io.tallystick.xa.InMemoryDecisionStore;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaRuntime;
import io.tallystick.xa.http.KeyRing;
import io.tallystick.xa.http.OutgoingTransactions;
import io.tallystick.xa.http.Peers;
import io.tallystick.xa.http.XaHttp;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.ConfigurableApplicationContext;

/** Requests that may not take part: the handler is not called, and the answer says why. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrangersTest {

    private final TestDatabase db = TestDatabases.postgres().start();
    private final int port = Ports.free();
    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext points;

    @BeforeAll
    void start() {
        TwoServices.accounts(db);
        points = TwoServices.service("points", port, db, Map.of("shop", 1), PointsHandlers.class, Map.of());
    }

    @AfterEach
    void nothingHasHappened() throws SQLException {
        assertThat(TwoServices.amount(db)).isEqualTo(100);
        assertThat(TwoServices.prepared(db)).isZero();
    }

    @AfterAll
    void stop() {
        points.close();
        db.close();
    }

    @Test
    void who_has_another_key_is_refused() throws Exception {
        HttpResponse<String> answer = book(headerOf("shop", "another key, of another service", InstantSource.system()));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("'shop'").contains("wrong signature");
        assertThat(answer.headers().firstValue(OutgoingTransactions.RESPONSE_HEADER))
                .isEmpty();
    }

    @Test
    void who_is_not_among_the_peers_is_refused() throws Exception {
        HttpResponse<String> answer = book(headerOf("bank", TwoServices.KEY, InstantSource.system()));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("'bank' is not known here");
    }

    @Test
    void what_cannot_be_read_is_refused() throws Exception {
        HttpResponse<String> answer = book("v7;of the future");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("cannot be read").contains("same version");
    }

    /** As a proxy joins them: which one counts is not guessed. */
    @Test
    void a_header_that_comes_twice_is_refused() throws Exception {
        HttpResponse<String> answer = book(
                headerOf("shop", TwoServices.KEY, InstantSource.system()),
                headerOf("shop", TwoServices.KEY, InstantSource.system()));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("once");
    }

    @Test
    void what_comes_after_its_deadline_is_refused() throws Exception {
        InstantSource anHourAgo = InstantSource.offset(InstantSource.system(), Duration.ofHours(-1));
        HttpResponse<String> answer = book(headerOf("shop", TwoServices.KEY, anHourAgo));
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("after the deadline");
    }

    @Test
    void nobody_without_a_signature_decides_anything() throws Exception {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(at("/tally/xa/decisions/x/y")));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("bears no signature").contains("Tally-Signature");
    }

    /** The header of a request within a transaction of this service. */
    private static String headerOf(String service, String key, InstantSource clock) {
        XaHttp between = XaHttp.of(
                new Peers(service, Map.of("points", URI.create("http://127.0.0.1:1/tally/xa"))),
                KeyRing.of("k1", key.getBytes(StandardCharsets.UTF_8)));
        XaRuntime runtime = new XaRuntime(clock, new SplittableRandom(1), XaRuntime.sameThread());
        try (XaEngine engine = between.joining(
                        XaEngine.named(service).decisions(new InMemoryDecisionStore("memory", clock)))
                .runtime(runtime)
                .open()) {
            var transaction = engine.begin();
            engine.bind(transaction);
            String header =
                    between.outgoing(engine).call("points").orElseThrow().header();
            transaction.rollback();
            engine.bind(null);
            return header;
        }
    }

    private HttpResponse<String> book(String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(at("/book")).POST(HttpRequest.BodyPublishers.noBody());
        for (String header : headers) {
            request.header(OutgoingTransactions.REQUEST_HEADER, header);
        }
        return send(request);
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
