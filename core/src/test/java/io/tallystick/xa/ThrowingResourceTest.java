package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Drivers that throw what no interface names: a bug, a class that is not there, no more memory or threads. */
class ThrowingResourceTest {

    private final InMemoryDecisionStore store = new InMemoryDecisionStore("memory", InstantSource.system());
    private final ScriptedBranchDriver orders = new ScriptedBranchDriver("orders");
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final XaEngine engine = XaEngine.named("shop")
            .resource(orders)
            .resource(stock)
            .decisions(store)
            .settings(XaSettings.standard()
                    .withTimeout(Duration.ofMinutes(5))
                    .withPrepareBudget(Duration.ofMinutes(1))
                    .withAckWait(Duration.ofMinutes(1))
                    .withScanEvery(Duration.ofMillis(20)))
            .open();

    @AfterEach
    void close() {
        engine.close();
    }

    private XaTransaction sale() {
        XaTransaction sale = engine.begin();
        sale.branch("orders");
        sale.branch("stock");
        return sale;
    }

    private static Runnable throwing(AtomicInteger times, Error what) {
        return () -> {
            if (times.getAndDecrement() > 0) {
                throw what;
            }
        };
    }

    @Test
    void a_branch_that_answered_its_commit_by_an_error_is_told_again_until_it_has_committed() {
        AtomicInteger times = new AtomicInteger(2);
        stock.beforeItAnswers = throwing(times, new NoClassDefFoundError("driver/Codec"));
        XaTransaction sale = sale();

        sale.commit();

        assertThat(times.get()).isNegative();
        Gtrid name = sale.gtrid().orElseThrow();
        await().until(() ->
                store.unfinished(name.cluster(), 10).isEmpty() && !engine.site().inFlight(name));
    }

    @Test
    void one_that_answered_its_vote_by_an_error_has_not_voted() {
        stock.beforeItVotes = throwing(new AtomicInteger(1), new StackOverflowError());

        assertThatThrownBy(sale()::commit)
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("StackOverflowError");
        assertThat(stock.cut).hasPositiveValue();
    }

    @Test
    void what_threw_in_the_middle_of_its_vote_its_commit_or_its_rollback_is_cut_and_serves_nobody_else() {
        stock.beforeItVotes = () -> {
            throw new IllegalStateException("a bug in its vote");
        };
        assertThatThrownBy(sale()::commit).isInstanceOf(RolledBackException.class);
        assertThat(stock.cut.getAndSet(0)).isPositive();
        stock.beforeItVotes = () -> {};

        stock.beforeItCommitsAlone = () -> {
            throw new IllegalStateException("a bug in its only commit");
        };
        XaTransaction alone = engine.begin();
        alone.branch("stock");
        assertThatThrownBy(alone::commit).isInstanceOf(OutcomeUnknownException.class);
        assertThat(stock.cut.getAndSet(0)).isPositive();

        AtomicInteger times = new AtomicInteger(1);
        stock.beforeItAnswers = () -> {
            if (times.getAndDecrement() > 0) {
                throw new IllegalStateException("a bug in its rollback");
            }
        };
        sale().rollback();
        assertThat(stock.cut.getAndSet(0)).isPositive();
    }

    @Test
    void who_asks_again_for_a_branch_that_could_not_begin_does_not_wait_for_ever() {
        List<Throwable> failures = List.of(new NoClassDefFoundError("driver/Codec"), new UnavailableException("away"));
        for (Throwable failure : failures) {
            AtomicInteger times = new AtomicInteger(1);
            stock.beforeItOpens = () -> {
                if (times.getAndDecrement() > 0) {
                    throwIt(failure);
                }
            };
            XaTransaction sale = engine.begin();
            assertThatThrownBy(() -> sale.branch("stock")).isSameAs(failure);

            assertThat(sale.branch("stock").resource()).isEqualTo("stock");
            sale.rollback();
        }
    }

    private static void throwIt(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    @Test
    void one_that_comes_too_late_and_cannot_even_be_rolled_back_is_cut_and_released_all_the_same() {
        XaTransaction over = engine.begin();
        over.rollback();
        stock.beforeItAnswers = () -> {
            throw new IllegalStateException("its connection is broken");
        };
        Branch late = stock.open(new BranchDriver.Opening(over.nameBranch("stock"), over.deadline()));

        assertThatThrownBy(() -> over.enlist(late)).isInstanceOf(IllegalStateException.class);

        assertThat(stock.cut).as("nobody knows what it holds").hasValue(1);
        assertThat(stock.released).hasValue(1);
    }
}
