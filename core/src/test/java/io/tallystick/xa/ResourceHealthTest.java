package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A resource where finishing does not work gets no new branches, so that what is in doubt does not grow; and gets them again. */
class ResourceHealthTest {

    private final ScriptedBranchDriver orders = new ScriptedBranchDriver("orders");
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final XaEngine engine = XaEngine.named("shop")
            .resource(orders)
            .resource(stock)
            .decisions(new InMemoryDecisionStore("memory", InstantSource.system()))
            .settings(XaSettings.standard()
                    .withTimeout(Duration.ofMinutes(5))
                    .withPrepareBudget(Duration.ofMinutes(1))
                    .withScanEvery(Duration.ofMillis(20)))
            .open();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void a_resource_half_full_of_branches_in_doubt_is_named_with_the_figures_and_lets_nobody_in() {
        stock.capacity = 4;
        for (int number = 1; number <= 3; number++) {
            stock.prepared.add(new PreparedBranch(strangers(number), null));
        }
        await().untilAsserted(() -> assertThatThrownBy(this::sale)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("'stock' holds 3 prepared transactions of at most 4")
                .hasMessageContaining("tally tx list"));

        stock.prepared.clear();

        await().ignoreExceptionsInstanceOf(UnavailableException.class).untilAsserted(this::sale);
    }

    @Test
    void a_resource_that_does_not_answer_lets_nobody_in_until_it_does() {
        stock.away = true;
        await().untilAsserted(() -> assertThatThrownBy(this::sale)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("'stock' did not answer")
                .hasMessageContaining("stock is away"));

        stock.away = false;

        await().ignoreExceptionsInstanceOf(UnavailableException.class).untilAsserted(this::sale);
    }

    @Test
    void a_branch_that_was_begun_before_is_not_asked_for_its_vote_by_a_resource_that_does_not_answer() {
        AtomicInteger asked = new AtomicInteger();
        stock.beforeItVotes = asked::incrementAndGet;
        XaTransaction sale = engine.begin();
        sale.branch("orders");
        sale.branch("stock");
        stock.away = true;
        await().untilAsserted(() -> assertThatThrownBy(this::sale).isInstanceOf(UnavailableException.class));
        asked.set(0);

        assertThatThrownBy(sale::commit)
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("'stock' did not answer");

        assertThat(asked).hasValue(0);
    }

    /** What is not let in has not begun: its transaction goes on, here to its commit without it. */
    private void sale() {
        XaTransaction sale = engine.begin();
        sale.branch("orders");
        try {
            sale.branch("stock");
        } finally {
            sale.commit();
        }
    }

    /** Of another service: nobody here finishes them. */
    private static BranchXid strangers(int number) {
        Gtrid gtrid = new Gtrid(Gtrid.hash("bank"), Gtrid.hash("vault"), 5, 1, number, Instant.now());
        return new BranchXid(gtrid, 1, Gtrid.hash("stock"), number);
    }
}
