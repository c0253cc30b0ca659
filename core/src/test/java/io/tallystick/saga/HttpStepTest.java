package io.tallystick.saga;

import static io.tallystick.saga.EngineScene.PATIENCE;
import static io.tallystick.saga.EngineScene.QUICK;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an HTTP answer means to a saga: done, refused, not executed, or unknown. */
@Databases(Engine.POSTGRESQL)
class HttpStepTest {

    record Order(int amount) {}

    /** What the other bank answers next; the last one for ever. */
    record Said(int status, String retryAfter, String body, boolean repeatsKey) {
        Said(int status, String retryAfter, String body) {
            this(status, retryAfter, body, false);
        }

        static Said status(int status) {
            return new Said(status, "", "");
        }

        static Said nothing() {
            return status(0);
        }
    }

    private EngineScene scene;
    private HttpServer bank;
    private final Deque<Said> script = new ConcurrentLinkedDeque<>();
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void open(TestDatabase db) throws IOException {
        scene = new EngineScene(db);
        bank = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        bank.createContext("/", this::answer);
        bank.start();
    }

    @AfterEach
    void close() {
        scene.close();
        bank.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        heard.add(exchange.getRequestURI().getPath() + " "
                + exchange.getRequestHeaders().getFirst("Idempotency-Key"));
        Said said = exchange.getRequestURI().getPath().equals("/recalls") ? Said.status(200) : next();
        if (said.equals(Said.nothing())) {
            return;
        }
        if (!said.retryAfter().isEmpty()) {
            exchange.getResponseHeaders().set("Retry-After", said.retryAfter());
        }
        if (said.repeatsKey()) {
            String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            exchange.getResponseHeaders().set("Idempotency-Key", key);
        }
        byte[] body = said.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(said.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private Said next() {
        Said said = script.size() > 1 ? script.poll() : script.peek();
        return said == null ? Said.status(200) : said;
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + bank.getAddress().getPort());
    }

    private final SagaDefinition<Order> remittance = Saga.define("remittance", Order.class)
            .step("remit")
            .http("other-bank", "/remittances")
            .compensate("/recalls")
            .retry(QUICK)
            .build();

    private SagaEngine engine() {
        return scene.engine(builder -> builder.services(name -> address()), remittance);
    }

    private SagaOutcome remit(Said... answers) {
        script.addAll(new ArrayDeque<>(List.of(answers)));
        return engine().run(remittance, "t-1", new Order(30), PATIENCE);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 425, 500, 502, 503, 504})
    void an_answer_that_does_not_tell_is_unknown_and_asked_again_under_the_same_key(int status) {
        SagaOutcome outcome = remit(Said.status(status), Said.status(200));

        assertThat(outcome.completed()).isTrue();
        String key = "/remittances \"" + outcome.saga() + ":remit:action:1\"";
        assertThat(heard).containsExactly(key, key);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 503})
    void what_stays_unknown_may_have_happened_and_is_taken_back(int status) {
        SagaOutcome outcome = remit(Said.status(status));

        assertThat(outcome.compensated()).isTrue();
        assertThat(heard).hasSize(4).last().asString().startsWith("/recalls");
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void who_is_told_to_come_later_has_not_been_served_and_there_is_nothing_to_take_back(int status) {
        SagaOutcome outcome = remit(new Said(status, "1", ""));

        assertThat(outcome.compensated()).isTrue();
        assertThat(heard).hasSize(3).allMatch(request -> request.startsWith("/remittances"));
    }

    @Test
    void a_problem_document_is_a_no_with_its_code_and_reason() {
        SagaOutcome outcome = remit(new Said(422, "", "{\"code\":\"PAYEE_UNKNOWN\",\"detail\":\"no such account\"}"));

        assertThat(outcome.compensated()).isTrue();
        assertThat(outcome.cause()).contains("PAYEE_UNKNOWN", "no such account");
        assertThat(heard).as("asked once, and nothing taken back").hasSize(1);
    }

    /** The bank has remitted and its reply is lost; then a gateway has no route, or a proxy wants a login. */
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404})
    void a_4xx_of_somebody_on_the_way_does_not_make_undone_what_an_earlier_attempt_may_have_done(int status) {
        SagaOutcome outcome = remit(Said.status(502), Said.status(status));

        assertThat(outcome.compensated()).isTrue();
        assertThat(heard).hasSize(4).last().asString().startsWith("/recalls");
    }

    @Test
    void behind_a_4xx_of_somebody_on_the_way_the_service_is_heard_when_it_is_there_again() {
        SagaOutcome outcome = remit(Said.status(502), Said.status(404), Said.status(200));

        assertThat(outcome.completed()).isTrue();
    }

    /** The engine that died has sent the same attempt, and the bank may have remitted; its heir hears the gateway. */
    @Test
    void a_4xx_of_somebody_on_the_way_is_no_no_to_an_attempt_that_an_earlier_owner_may_have_sent() {
        script.addAll(List.of(Said.nothing(), Said.status(404)));
        SagaEngine former = engine();
        SagaId saga = former.start(remittance, "t-1", new Order(30));
        Awaitility.await().until(() -> heard.size() == 1);
        former.close();

        SagaOutcome outcome = engine().await(saga, PATIENCE);

        assertThat(outcome.compensated()).isTrue();
        assertThat(heard).last().asString().startsWith("/recalls");
    }

    static Stream<Said> wordsOfTheService() {
        return Stream.of(
                new Said(404, "", "{\"code\":\"PAYEE_UNKNOWN\"}"),
                new Said(403, "", "", true),
                Said.status(402),
                Said.status(422));
    }

    @ParameterizedTest
    @MethodSource("wordsOfTheService")
    void a_4xx_in_the_services_own_words_is_a_no_also_behind_an_attempt_that_stayed_unknown(Said no) {
        SagaOutcome outcome = remit(Said.status(502), no);

        assertThat(outcome.compensated()).isTrue();
        assertThat(heard).as("asked twice, and nothing taken back").hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404})
    void a_4xx_to_the_only_attempt_is_a_no_whoever_says_so(int status) {
        SagaOutcome outcome = remit(Said.status(status));

        assertThat(outcome.compensated()).isTrue();
        assertThat(heard).as("asked once, and nothing taken back").hasSize(1);
    }

    /** Trap 33: an address that was noted at the start leads nowhere after the service has moved. */
    @Test
    void a_service_that_moved_is_found_by_the_next_attempt() {
        AtomicInteger asked = new AtomicInteger();
        SagaDefinition<Order> saga = Saga.define("moving", Order.class)
                .step("remit")
                .http("other-bank", "/remittances")
                .compensate("/recalls")
                .retry(QUICK)
                .build();
        URI nobody = URI.create("http://127.0.0.1:1");
        SagaEngine engine = scene.engine(
                builder -> builder.services(name -> asked.incrementAndGet() == 1 ? nobody : address()), saga);

        assertThat(engine.run(saga, "t-1", new Order(30), PATIENCE).completed()).isTrue();
        assertThat(heard).hasSize(1);
    }
}
