package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who comes when the time-out has passed is told that it has, and leaves nothing behind. */
class LateBranchTest {

    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final XaEngine engine = XaEngine.named("shop")
            .resource(stock)
            .decisions(new InMemoryDecisionStore("memory", InstantSource.system()))
            .open();

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void one_that_is_asked_for_hears_of_the_time_out() {
        XaTransaction sale = engine.begin();
        sale.timeOut();
        assertThatThrownBy(() -> sale.branch("stock"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("takes no branch on 'stock' any more")
                .hasMessageContaining("its time-out passed");
    }

    @Test
    void one_that_was_being_begun_hears_of_the_time_out_and_is_rolled_back() {
        XaTransaction sale = engine.begin();
        stock.beforeItOpens = sale::timeOut;
        assertThatThrownBy(() -> sale.branch("stock"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("came too late and was rolled back")
                .hasMessageContaining("its time-out passed");
        assertThat(stock.released).hasValue(1);
    }
}
