package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.RolledBackException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One transaction over two services, and what its participants may answer. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class BetweenServicesTest extends ServicesScene {

    private TestService shop;
    private TestService points;
    private TestService bank;

    BetweenServicesTest(TestDatabase pointsDb) {
        super(pointsDb);
    }

    @BeforeEach
    void open() throws Exception {
        shop = service("shop");
        points = service("points");
        bank = service("bank");
        track(shop.open(shopDb, peers(points, bank), keys));
        track(points.open(pointsDb, peers(shop, bank), keys));
    }

    private void openBank() {
        TestDatabase bankDb = shopDb.createDatabase();
        TestService.accounts(bankDb);
        track(bankDb);
        track(bank.open(bankDb, peers(shop, points), keys));
    }

    /** Pays 30 in the shop, and has this path called in the service for points. */
    private int pay(String path) throws Exception {
        return shop.engine().call(() -> {
            shop.add(1, -30);
            return shop.call(points, path).statusCode();
        });
    }

    @Test
    void both_services_commit() throws Exception {
        assertThat(pay("/add?id=1&by=30")).isEqualTo(200);
        assertAmounts(70, 130);
    }

    @Test
    void a_service_that_only_coordinates_commits_as_well() throws Exception {
        shop.engine().call(() -> shop.call(points, "/add?id=1&by=30"));
        assertAmounts(100, 130);
    }

    @Test
    void a_service_that_answers_an_error_rolls_everything_back() {
        points.handle("/refuse", exchange -> {
            points.add(1, 30);
            exchange.sendResponseHeaders(409, -1);
        });
        assertThatThrownBy(() -> pay("/refuse"))
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("points");
        assertAmounts(100, 100);
    }

    @Test
    void a_handler_that_throws_rolls_everything_back_and_its_reason_is_told() {
        points.handle("/fail", exchange -> {
            points.add(1, 30);
            throw new IllegalStateException("out of points");
        });
        assertThatThrownBy(() -> pay("/fail"))
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("out of points");
        assertAmounts(100, 100);
    }

    @Test
    void an_answer_without_a_vote_rolls_everything_back() {
        points.handleAlone("/alone", exchange -> exchange.sendResponseHeaders(204, -1));
        assertThatThrownBy(() -> pay("/alone"))
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("without a vote");
        assertAmounts(100, 100);
    }

    @Test
    void a_service_that_only_reads_is_not_told_the_end() throws Exception {
        points.handle("/read", exchange -> exchange.sendResponseHeaders(204, -1));
        assertThat(pay("/read")).isEqualTo(204);
        assertAmounts(70, 100);
    }

    @Test
    void a_stranger_is_not_called_within_a_transaction() {
        assertThatThrownBy(() -> shop.engine().call(() -> shop.call("stranger", points.port(), "/add?id=1&by=30")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("stranger");
        assertAmounts(100, 100);
    }

    @Test
    void a_service_may_be_called_twice_for_different_rows() throws Exception {
        shop.engine().call(() -> {
            shop.call(points, "/add?id=1&by=30");
            return shop.call(points, "/add?id=2&by=5");
        });
        assertAmounts(100, 130);
        assertThat(amount(pointsDb, 2)).isEqualTo(105);
    }

    @Test
    void a_service_called_twice_for_one_row_is_named_and_everything_is_rolled_back() {
        assertThatThrownBy(() -> shop.engine().call(() -> {
                    shop.add(1, -30);
                    shop.call(points, "/add?id=1&by=30");
                    return shop.call(points, "/add?id=1&by=5");
                }))
                .isInstanceOf(CalledTwiceException.class)
                .hasMessageContaining("'points' was called twice");
        assertAmounts(100, 100);
    }

    @Test
    void a_service_that_calls_on_takes_its_callees_along() throws Exception {
        openBank();
        relayToBank();
        assertThat(pay("/relay")).isEqualTo(200);
        assertAmounts(70, 130);
        assertInBank("130");
    }

    @Test
    void what_is_called_in_turn_is_rolled_back_with_the_rest() throws Exception {
        openBank();
        relayToBank();
        assertThatThrownBy(() -> shop.engine().call(() -> {
                    shop.call(points, "/relay");
                    throw new IllegalStateException("changed its mind");
                }))
                .hasMessage("changed its mind");
        assertAmounts(100, 100);
        assertInBank("100");
    }

    private void assertInBank(String amount) {
        await().untilAsserted(
                        () -> assertThat(shop.call(bank, "/amount").body()).isEqualTo(amount));
    }

    private void relayToBank() {
        points.handle("/relay", exchange -> {
            points.add(1, 30);
            try {
                exchange.sendResponseHeaders(
                        points.call(bank, "/add?id=1&by=30").statusCode(), -1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        bank.handleAlone("/amount", exchange -> {
            String amount;
            try (var connection = bank.engine().dataSource("bank").getConnection();
                    var row = connection.createStatement().executeQuery("SELECT amount FROM account WHERE id = 1")) {
                row.next();
                amount = row.getString(1);
            } catch (java.sql.SQLException e) {
                throw new IllegalStateException(e);
            }
            exchange.sendResponseHeaders(200, amount.length());
            exchange.getResponseBody().write(amount.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
    }

    @Test
    void keys_are_changed_while_transactions_run() throws Exception {
        byte[] old = "0123456789abcdef0123".getBytes(StandardCharsets.UTF_8);
        byte[] young = "fedcba98765432103210".getBytes(StandardCharsets.UTF_8);
        shop.engine().call(() -> {
            shop.call(points, "/add?id=1&by=10");
            keys.change(ordered("k1", old, "k2", young));
            shop.call(points, "/add?id=2&by=10");
            keys.change(ordered("k2", young, "k1", old));
            return shop.call(points, "/add?id=3&by=10");
        });
        keys.change(Map.of("k2", young));
        shop.engine().call(() -> shop.call(points, "/add?id=4&by=10"));
        assertAmounts(100, 110);
        assertThat(amount(pointsDb, 3)).isEqualTo(110);
        assertThat(amount(pointsDb, 4)).isEqualTo(110);
    }

    private static Map<String, byte[]> ordered(String first, byte[] one, String second, byte[] two) {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        keys.put(first, one);
        keys.put(second, two);
        return keys;
    }

    @Test
    void several_clients_at_once_all_commit() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 2; client <= 4; client++) {
                int account = client;
                running.add(clients.submit(() -> {
                    for (int i = 0; i < 10; i++) {
                        shop.engine().call(() -> {
                            shop.add(account, -1);
                            return shop.call(points, "/add?id=" + account + "&by=1");
                        });
                    }
                    return account;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            clients.shutdownNow();
        }
        assertAmounts(100, 100);
        for (int client = 2; client <= 4; client++) {
            assertThat(amount(shopDb, client)).isEqualTo(90);
            assertThat(amount(pointsDb, client)).isEqualTo(110);
        }
    }

    @Test
    void an_address_without_a_host_is_refused() {
        assertThatThrownBy(() -> new Peers("shop", Map.of("points", URI.create("points"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a URI with a host");
    }
}
