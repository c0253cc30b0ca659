package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.Background;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an engine says of its own life where its decisions are kept. */
class HomesTest {

    private static final int CLUSTER = 5;
    /** Only a fault comes in that time. */
    private static final long A_MOMENT_MILLIS = 300;

    private final InMemoryDecisionStore real = new InMemoryDecisionStore("memory", InstantSource.system());
    private final CountDownLatch renewing = new CountDownLatch(1);
    private final CountDownLatch leftTooEarly = new CountDownLatch(1);

    @Test
    void a_sign_of_life_that_is_under_way_at_the_good_bye_does_not_outlive_it() throws Exception {
        Homes homes = new Homes(List.of(renewingLate()), CLUSTER, 7, Duration.ofMinutes(10), new SplittableRandom(1));
        homes.beat();
        assertThat(real.living(CLUSTER)).hasSize(1);
        CompletableFuture<Void> late = Background.run(homes::beat);
        assertThat(renewing.await(1, TimeUnit.MINUTES)).isTrue();

        homes.leave();
        late.join();
        assertThat(real.living(CLUSTER)).as("for whom peers wait").isEmpty();
        homes.beat();
        assertThat(real.living(CLUSTER))
                .as("after a sign of life that came later")
                .isEmpty();
    }

    @Test
    void two_processes_that_were_given_one_node_do_not_take_it_from_each_other_again_and_again() {
        Homes one = new Homes(List.of(real), CLUSTER, 7, Duration.ofMinutes(10), new SplittableRandom(1));
        Homes other = new Homes(List.of(real), CLUSTER, 7, Duration.ofMinutes(10), new SplittableRandom(2));
        one.beat();
        other.beat();
        one.beat();
        List<DecisionStore.Life> lives = List.of(one.life(real), other.life(real));
        assertThat(real.living(CLUSTER)).containsAll(lives);

        for (int i = 0; i < 3; i++) {
            other.beat();
            one.beat();
        }

        assertThat(List.of(one.life(real), other.life(real))).isEqualTo(lives);
    }

    @Test
    void who_finds_no_decision_store_hears_what_the_database_says_until_that_is_mended() {
        DecisionStore refusing = (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    if (method.getName().equals("register")
                            && real.living(CLUSTER).isEmpty()) {
                        throw new RejectedException("relation \"tally_decision\" does not exist");
                    }
                    return method.invoke(real, arguments);
                });
        Homes homes = new Homes(List.of(refusing), CLUSTER, 7, Duration.ofMinutes(10), new SplittableRandom(1));
        homes.beat();
        assertThatThrownBy(homes::standard)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("no decision store can be used, of [memory]")
                .hasMessageContaining("relation \"tally_decision\" does not exist");

        real.register(CLUSTER, 8, Duration.ofMinutes(10));
        homes.beat();
        assertThat(homes.standard().name()).isEqualTo("memory");
    }

    /** The sign of life arrives when the good-bye is over, if that does not wait for it. */
    private DecisionStore renewingLate() {
        return (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    if (method.getName().equals("renew")) {
                        renewing.countDown();
                        boolean unused = leftTooEarly.await(A_MOMENT_MILLIS, TimeUnit.MILLISECONDS);
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    } finally {
                        if (method.getName().equals("leave")) {
                            leftTooEarly.countDown();
                        }
                    }
                });
    }
}
