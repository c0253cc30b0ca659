package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands between two services answers in place of the other one: a login, a maintenance page, the front page of something else. */
class StrangeAnswersTest {

    private static final Duration BUDGET = Duration.ofSeconds(30);
    private static final String PAGE = "<html><body>Welcome</body></html>";

    private final BranchXid branch = new BranchXid(
            new Gtrid(Gtrid.hash("points"), Gtrid.hash("memory"), 5, 1, 9, Instant.EPOCH),
            1,
            Gtrid.hash("points/db"),
            77);
    private HttpServer server;
    private Wire wire;
    private Peers peers;
    private volatile int status = 200;
    private volatile String body = "";

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
        URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/tally/xa");
        peers = new Peers("shop", Map.of("points", address));
        KeyRing keys = KeyRing.of("k1", "0123456789abcdef".getBytes(StandardCharsets.UTF_8));
        wire = new Wire(peers, keys, HttpClient.newHttpClient());
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    private void answers(int code, String text) {
        status = code;
        body = text;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", PAGE, "done with it", "DONE"})
    void a_page_with_status_200_ends_no_branch(String page) {
        answers(200, page);
        RemoteResource points = new RemoteResource("points/db", wire);

        assertThat(points.commit(branch, "", BUDGET)).isInstanceOf(Ack.Retry.class);
        assertThat(points.rollback(branch, "", BUDGET)).isInstanceOf(Ack.Retry.class);
    }

    @Test
    void the_services_own_word_does() {
        answers(200, XaEndpoints.DONE);

        assertThat(new RemoteResource("points/db", wire).commit(branch, "", BUDGET))
                .isInstanceOf(Ack.Done.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", PAGE, "commit"})
    void a_page_with_status_200_is_no_decision_and_the_branch_is_held(String page) {
        answers(200, page);

        assertThatThrownBy(() -> new PulledDecisions(peers, wire).ask(branch))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("points");
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 403, 404, 409, 429, 500, 502, 503})
    void a_status_that_is_no_answer_ends_no_branch_and_decides_none(int code) {
        for (String text : new String[] {"", PAGE, "done", "COMMIT", "ABORT"}) {
            answers(code, text);
            assertThat(new RemoteResource("points/db", wire).commit(branch, "", BUDGET))
                    .isInstanceOfSatisfying(
                            Ack.Retry.class,
                            retry -> assertThat(retry.reason())
                                    .contains("points")
                                    .contains(text.strip()));
            assertThatThrownBy(() -> new PulledDecisions(peers, wire).ask(branch))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("'points'")
                    .hasMessageContaining(Integer.toString(code));
        }
    }

    @Test
    void a_decision_is_one_of_two_words() {
        PulledDecisions decisions = new PulledDecisions(peers, wire);
        for (Verdict verdict : Verdict.values()) {
            answers(200, verdict.name());
            assertThat(decisions.ask(branch)).contains(verdict);
        }
        answers(202, "still active");
        assertThat(decisions.ask(branch)).isEmpty();
    }
}
