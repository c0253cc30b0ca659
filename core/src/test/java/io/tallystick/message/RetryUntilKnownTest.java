package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.message.Remote.Answer;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The journal on real databases; the far end is a script, or a real HTTP server that loses requests and replies. */
@Databases
class RetryUntilKnownTest {
    private static final AtomicInteger OPERATIONS = new AtomicInteger();
    private static final Backoff QUICK = new Backoff(Duration.ofMillis(5), Duration.ofMillis(20), 1);
    /** More than any machine is busy for; only what is forgotten waits for it. */
    private static final Duration ATTEMPT = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Answer LOST = new Answer.Unclear("connection reset", Duration.ZERO);

    private final HikariDataSource pool;
    private final Jdbc jdbc;
    private final String operation = "remit-" + OPERATIONS.incrementAndGet();
    private final Script script = new Script();

    RetryUntilKnownTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        jdbc = Jdbc.on(pool);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private RetryUntilKnown client(Remote remote, Duration patience, Duration giveUpAfter) {
        return client(remote, ATTEMPT, patience, giveUpAfter);
    }

    private RetryUntilKnown client(Remote remote, Duration attempt, Duration patience, Duration giveUpAfter) {
        return new RetryUntilKnown(
                pool,
                operation,
                remote,
                new RetryUntilKnown.Options(attempt, patience, giveUpAfter, QUICK),
                MessageRuntime.system());
    }

    private RetryUntilKnown patient(Remote remote) {
        return client(remote, PATIENCE, Duration.ofHours(1));
    }

    @Test
    void it_asks_with_the_same_key_and_the_same_bytes_until_the_outcome_is_known() throws Exception {
        script.answers(LOST, LOST, new Answer.Done("paid", true));

        Outcome<String> outcome = patient(script).call("{\"amount\": 900}");

        assertThat(outcome).isEqualTo(new Outcome.Completed<>("paid", true));
        assertThat(script.sent).hasSize(3).allMatch(one -> one.equals(script.sent.get(0)));
        assertThat(script.sent.get(0)).endsWith(" {\"amount\": 900}");
    }

    /** Trap: a timeout is taken for a failure. */
    @Test
    void when_patience_ends_the_outcome_is_unknown_and_a_worker_learns_it_after_a_restart() throws Exception {
        script.answers(LOST);
        Outcome<String> first =
                client(script, Duration.ZERO, Duration.ofHours(1)).call("{}");
        assertThat(first).isInstanceOf(Outcome.Unknown.class);
        Outcome.Ticket ticket = ((Outcome.Unknown<String>) first).ticket();
        assertThat(ticket.lastProblem()).isEqualTo("connection reset");

        script.answers(new Answer.Done("paid", true));
        RetryUntilKnown restarted = patient(script);
        try (OutgoingWorker worker = OutgoingWorker.start(restarted)) {
            Awaitility.await().until(() -> restarted.outcome(ticket) instanceof Outcome.Completed);
        }

        assertThat(restarted.outcome(ticket)).isEqualTo(new Outcome.Completed<>("paid", true));
        assertThat(restarted.open(10)).isEmpty();
    }

    @Test
    void a_request_whose_transaction_rolled_back_is_never_sent() {
        RetryUntilKnown client = patient(script);
        List<Outcome.Ticket> tickets = new ArrayList<>();
        assertThatThrownBy(() -> jdbc.run(tx -> {
                    tickets.add(client.journal(tx, "{}"));
                    throw new IllegalStateException("the order was not placed");
                }))
                .hasMessageContaining("not placed");

        assertThat(client.open(10)).isEmpty();
        assertThatThrownBy(() -> client.outcome(tickets.get(0))).hasMessageContaining("was its transaction committed");
    }

    @Test
    void a_request_journaled_and_forgotten_is_sent_by_the_worker() {
        script.answers(new Answer.Done("paid", false));
        RetryUntilKnown client = client(script, Duration.ofMillis(50), PATIENCE, Duration.ofHours(1));
        Outcome.Ticket ticket = jdbc.inTransaction(tx -> client.journal(tx, "{}"));

        try (OutgoingWorker worker = OutgoingWorker.start(client)) {
            Awaitility.await().until(() -> client.outcome(ticket) instanceof Outcome.Completed);
        }
    }

    @Test
    void what_is_known_is_forgotten_by_age_and_what_is_unknown_is_kept_however_old_it_is() throws Exception {
        script.answers(new Answer.Done("paid", false), new Answer.Refused("no money"), LOST);
        RetryUntilKnown client = client(script, Duration.ZERO, Duration.ofHours(1));
        client.call("{\"n\":1}");
        client.call("{\"n\":2}");
        Outcome.Ticket open = ((Outcome.Unknown<String>) client.call("{\"n\":3}")).ticket();
        Duration hour = Duration.ofHours(1);
        assertThat(client.purge(hour)).as("all of a moment ago").isZero();

        jdbc.run(tx -> tx.update(
                "UPDATE tally_outgoing SET next_at = " + tx.dialect().nowPlusMicros() + " WHERE operation = ?",
                -hour.toNanos() / 1000,
                operation));

        assertThat(client.purge(hour)).isEqualTo(2);
        assertThat(client.purge(hour)).isZero();
        assertThat(client.outcome(open)).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void a_refusal_under_the_key_is_final() throws Exception {
        script.answers(LOST, new Answer.Refused("no money"));

        assertThat(patient(script).call("{}")).isEqualTo(new Outcome.NotExecuted<>("no money"));
    }

    @Test
    void being_turned_away_says_nothing_about_an_earlier_attempt() throws Exception {
        script.answers(LOST, new Answer.TurnedAway("HTTP 401"), new Answer.Done("paid", true));

        assertThat(patient(script).call("{}")).isEqualTo(new Outcome.Completed<>("paid", true));
    }

    @Test
    void being_turned_away_in_the_only_attempt_means_not_executed() throws Exception {
        script.answers(new Answer.NotSent("nobody there"), new Answer.TurnedAway("HTTP 401"));

        assertThat(patient(script).call("{}")).isEqualTo(new Outcome.NotExecuted<>("HTTP 401"));
    }

    @Test
    void giving_up_fences_the_key_and_only_then_says_not_executed() throws Exception {
        script.answers(LOST);
        script.fence = new Answer.Refused("fenced");
        RetryUntilKnown client = client(script, PATIENCE, Duration.ofMillis(1));

        Outcome<String> outcome = client.call("{}");

        assertThat(outcome).isInstanceOf(Outcome.NotExecuted.class);
        assertThat(script.fences).as("a sent request must be fenced").hasSize(script.sent.isEmpty() ? 0 : 1);
    }

    @Test
    void giving_up_without_a_fence_stays_unknown() throws Exception {
        script.answers(LOST);
        RetryUntilKnown client = client(script, Duration.ZERO, Duration.ofHours(1));
        Outcome.Ticket ticket = ((Outcome.Unknown<String>) client.call("{}")).ticket();
        makeLate(ticket);

        Outcome<String> late = client.call(ticket);

        assertThat(script.fences).hasSize(1);
        assertThat(late).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void giving_up_on_what_never_left_needs_no_fence() throws Exception {
        script.answers(new Answer.NotSent("nobody there"));
        RetryUntilKnown client = client(script, Duration.ZERO, Duration.ofHours(1));
        Outcome.Ticket ticket = ((Outcome.Unknown<String>) client.call("{}")).ticket();
        makeLate(ticket);

        assertThat(client.call(ticket)).isInstanceOf(Outcome.NotExecuted.class);
        assertThat(script.fences).isEmpty();
    }

    private void makeLate(Outcome.Ticket ticket) {
        jdbc.run(tx -> tx.update("UPDATE tally_outgoing SET give_up_at = created_at WHERE op_key = ?", ticket.key()));
    }

    /** Trap: the one that is under way and the one that is submitted again both run. */
    @Test
    void while_one_is_asking_nobody_else_asks() throws Exception {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Remote slow = (key, request, timeout) -> {
            asking.countDown();
            go.await();
            return new Answer.Done("paid", false);
        };
        RetryUntilKnown client = patient(slow);
        Outcome.Ticket ticket = jdbc.inTransaction(tx -> client.journal(tx, "{}"));
        jdbc.run(tx -> tx.update("UPDATE tally_outgoing SET next_at = created_at WHERE op_key = ?", ticket.key()));
        Future<Boolean> first = Background.supply(client::poll);
        asking.await();

        assertThat(client.poll()).isFalse();
        go.countDown();

        assertThat(first.get()).isTrue();
        assertThat(client.outcome(ticket)).isEqualTo(new Outcome.Completed<>("paid", false));
    }

    @Test
    void over_http_a_lost_reply_ends_in_one_payment_and_a_known_outcome() throws Exception {
        try (LossyServer server = new LossyServer()) {
            server.lose("request", "reply", "reply");

            Outcome<String> outcome = patient(server.remote()).call("{\"amount\":900}");

            assertThat(outcome).isEqualTo(new Outcome.Completed<>("{\"paid\":true}", true));
            assertThat(server.executed).hasValue(1);
        }
    }

    @Test
    void over_http_a_request_given_up_before_it_arrived_is_never_executed() throws Exception {
        try (LossyServer server = new LossyServer()) {
            server.lose("request");
            RetryUntilKnown client = client(server.remote(), Duration.ZERO, Duration.ofHours(1));
            Outcome.Ticket ticket = ((Outcome.Unknown<String>) client.call("{}")).ticket();
            makeLate(ticket);

            assertThat(client.call(ticket)).isInstanceOf(Outcome.NotExecuted.class);

            Answer late = server.remote().send(ticket.key(), "{}", ATTEMPT);
            assertThat(late).isInstanceOf(Answer.Refused.class);
            assertThat(server.executed).hasValue(0);
        }
    }

    @Test
    void over_http_giving_up_after_the_reply_was_lost_finds_the_payment() throws Exception {
        try (LossyServer server = new LossyServer()) {
            server.lose("reply");
            RetryUntilKnown client = client(server.remote(), Duration.ZERO, Duration.ofHours(1));
            Outcome.Ticket ticket = ((Outcome.Unknown<String>) client.call("{}")).ticket();
            makeLate(ticket);

            assertThat(client.call(ticket)).isEqualTo(new Outcome.Completed<>("{\"paid\":true}", true));
            assertThat(server.executed).hasValue(1);
        }
    }

    /** The key is still free, so the request that was lost on the way would be executed if it came now. */
    @Test
    void over_http_a_no_that_decides_nothing_is_no_refusal_while_an_earlier_request_may_be_under_way()
            throws Exception {
        try (LossyServer server = new LossyServer()) {
            server.lose("request", "not this time");

            assertThat(patient(server.remote()).call("{}"))
                    .isEqualTo(new Outcome.Completed<>("{\"paid\":true}", false));
            assertThat(server.executed).hasValue(1);
        }
    }

    @Test
    void over_http_nobody_listening_is_an_attempt_that_never_left() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:1/payments");
        Remote remote = new HttpRemote(HttpClient.newHttpClient(), nobody, nobody, Map.of());

        assertThat(remote.send("k", "{}", ATTEMPT)).isInstanceOf(Answer.NotSent.class);
    }

    /** Answers one after the other; then loses everything. */
    private static final class Script implements Remote {
        final List<String> sent = Collections.synchronizedList(new ArrayList<>());
        final List<String> fences = Collections.synchronizedList(new ArrayList<>());
        private final Deque<Answer> answers = new ArrayDeque<>();
        Answer fence = new Answer.Unclear("cannot fence", Duration.ZERO);

        synchronized void answers(Answer... next) {
            answers.addAll(Arrays.asList(next));
        }

        @Override
        public synchronized Answer send(String key, String request, Duration timeout) {
            sent.add(key + " " + request);
            return answers.isEmpty() ? LOST : answers.remove();
        }

        @Override
        public synchronized Answer fence(String key, Duration timeout) {
            fences.add(key);
            return fence;
        }
    }

    /** A payment service that hangs up before it has read, or after it has committed. */
    private final class LossyServer implements AutoCloseable {
        final AtomicInteger executed = new AtomicInteger();
        private final Deque<String> losses = new ConcurrentLinkedDeque<>();
        private final IdempotentHttp http = new IdempotentHttp(Idempotency.on(pool));
        private final HttpServer server;

        LossyServer() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newCachedThreadPool());
            server.createContext("/payments", this::pay);
            server.createContext("/operations/", this::fence);
            server.start();
        }

        void lose(String... what) {
            losses.addAll(Arrays.asList(what));
        }

        Remote remote() {
            URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            return new HttpRemote(
                    HttpClient.newHttpClient(), base.resolve("payments"), base.resolve("operations/"), Map.of());
        }

        private void pay(HttpExchange exchange) throws IOException {
            String loss = losses.isEmpty() ? "" : losses.remove();
            if (loss.equals("request")) {
                exchange.close();
                return;
            }
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            HttpReply reply = http.handle(new IdempotentHttp.Request("shop", "POST/payments", key, body), tx -> {
                if (loss.equals("not this time")) {
                    return HttpReply.json(403, "{}");
                }
                executed.incrementAndGet();
                return HttpReply.json(201, "{\"paid\":true}");
            });
            answer(exchange, reply, loss.equals("reply"));
        }

        private void fence(HttpExchange exchange) throws IOException {
            String path = exchange.getRequestURI().getPath();
            String key = path.substring("/operations/".length(), path.length() - ":fence".length());
            answer(exchange, http.fence("shop", "POST/payments", key), false);
        }

        private void answer(HttpExchange exchange, HttpReply reply, boolean hangUp) throws IOException {
            if (!hangUp) {
                byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
                reply.headers().forEach(exchange.getResponseHeaders()::set);
                exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
            exchange.close();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
