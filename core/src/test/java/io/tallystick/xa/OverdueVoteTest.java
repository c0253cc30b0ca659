package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A vote that comes at the moment in which it is given up for overdue. */
class OverdueVoteTest {

    private final ScriptedBranchDriver orders = new ScriptedBranchDriver("orders");
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final XaEngine engine = XaEngine.named("shop")
            .resource(orders)
            .resource(stock)
            .decisions(new InMemoryDecisionStore("memory", InstantSource.system()))
            .settings(XaSettings.standard()
                    .withTimeout(Duration.ofMinutes(5))
                    .withPrepareBudget(Duration.ofMinutes(1))
                    .withAckWait(Duration.ofMinutes(1)))
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

    @Test
    void its_connection_is_given_back_once_although_the_vote_was_there_already_and_not_counted_yet() {
        XaTransaction sale = sale();
        givesUpOnce(sale, true);

        assertThatThrownBy(sale::commit).isInstanceOf(RolledBackException.class);

        await().untilAsserted(() -> assertThat(stock.released).hasValue(1));
        await().untilAsserted(() -> assertThat(orders.released).hasValue(1));
    }

    @Test
    void its_connection_is_given_back_once_by_who_waits_for_the_vote_when_it_is_not_there_yet() {
        XaTransaction sale = sale();
        givesUpOnce(sale, false);

        assertThatThrownBy(sale::commit).isInstanceOf(RolledBackException.class);

        assertThat(stock.cut).hasValue(1);
        await().untilAsserted(() -> assertThat(stock.released).hasValue(1));
        await().untilAsserted(() -> assertThat(orders.released).hasValue(1));
    }

    /** @param voted after its vote, when the coordination learns in which database that was; otherwise in the middle of it */
    private void givesUpOnce(XaTransaction sale, boolean voted) {
        AtomicBoolean once = new AtomicBoolean();
        Runnable givesUp = () -> {
            if (once.compareAndSet(false, true)) {
                sale.coordination().overdue();
            }
        };
        if (voted) {
            stock.beforeItSaysWhichDatabaseItIs = givesUp;
        } else {
            stock.beforeItVotes = givesUp;
        }
    }
}
