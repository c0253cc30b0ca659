package io.tallystick.examples.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.examples.points.PointsPlay;
import io.tallystick.examples.service.Client;
import io.tallystick.examples.service.FaultSettings;
import io.tallystick.examples.service.Faults;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Phase;
import io.tallystick.saga.NotExecuted;
import io.tallystick.saga.StepRefused;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Services as real processes: their faults, their deaths, and that each key takes effect once through all of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorldTest {

    private World world;
    private Servant payment;

    @BeforeAll
    void open() {
        world = World.open(
                7,
                new PointsPlay()
                        .roles().stream().filter(role -> role.peers().isEmpty()).toList());
        payment = world.service("payment");
    }

    @AfterAll
    void close() {
        world.close();
    }

    @AfterEach
    void calm() {
        world.calm();
    }

    @Test
    void a_request_that_comes_twice_under_one_key_takes_effect_once() {
        bill("twice", "b1");
        bill("twice", "b1");

        assertThat(bills("b1")).isEqualTo(1);
    }

    @Test
    void a_lost_reply_is_unknown_to_the_asker_though_the_work_was_done() {
        payment.faults(FaultSettings.NONE.lostReply(1));

        assertThatThrownBy(() -> bill("lost", "b2")).isInstanceOf(UncheckedIOException.class);

        assertThat(bills("b2")).isEqualTo(1);
        assertThat(payment.struck()).containsEntry(Faults.Kind.LOST_REPLY, 1L);
        payment.faults(FaultSettings.NONE);
        bill("lost", "b2");
        assertThat(bills("b2")).isEqualTo(1);
    }

    @Test
    void a_request_that_the_network_doubles_takes_effect_once() {
        payment.faults(FaultSettings.NONE.duplicate(1));

        bill("doubled", "b3");

        assertThat(bills("b3")).isEqualTo(1);
        assertThat(payment.struck()).containsEntry(Faults.Kind.DUPLICATE, 1L);
    }

    @Test
    void in_the_maintenance_window_nothing_is_done() {
        payment.faults(FaultSettings.NONE.maintenance(true));

        assertThatThrownBy(() -> bill("closed", "b4")).isInstanceOf(NotExecuted.class);

        assertThat(bills("b4")).isZero();
    }

    @Test
    void a_killed_service_is_found_at_its_old_address_with_its_data_and_its_faults() {
        bill("before", "b5");
        URI address = payment.uri();
        payment.faults(FaultSettings.NONE.maintenance(true));

        payment.kill();
        assertThat(payment.isAlive()).isFalse();
        payment.restart();

        assertThat(payment.uri()).isEqualTo(address);
        assertThatThrownBy(() -> bill("after", "b6")).isInstanceOf(NotExecuted.class);
        payment.faults(FaultSettings.NONE);
        bill("before", "b5");
        assertThat(bills("b5")).isEqualTo(1);
    }

    @Test
    void an_action_that_comes_after_its_compensation_is_refused() {
        Map<String, Object> use = Map.of("id", "use-1", "card", "b7", "points", 100);
        bill("late", "b7");
        OperationKey action = OperationKey.action("late-saga", "pay");

        client().post("/discount-recalls", action.compensation(), use);

        assertThat(action.compensation().phase()).isEqualTo(Phase.COMPENSATION);
        assertThatThrownBy(() -> client().post("/discounts", action, use))
                .isInstanceOfSatisfying(
                        StepRefused.class, refusal -> assertThat(refusal.code()).isEqualTo("COMPENSATED"));
        assertThat(number("SELECT due AS amount FROM bill WHERE card = 'b7'")).isEqualTo(1_000);
    }

    private void bill(String key, String card) {
        client().post("/bills", OperationKey.action(key, "set-up"), Map.of("card", card, "due", 1_000));
    }

    private Client client() {
        return payment.client().waiting(Duration.ofMinutes(1));
    }

    private long bills(String card) {
        return number("SELECT COUNT(*) AS amount FROM bill WHERE card = '" + card + "'");
    }

    private long number(String sql) {
        return world.books("payment")
                .inTransaction(
                        tx -> tx.query(sql, row -> row.longValue("amount")).get(0));
    }
}
