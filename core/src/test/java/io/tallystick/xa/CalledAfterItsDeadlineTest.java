package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.time.VirtualClock;
import io.tallystick.xa.http.KeyRing;
import io.tallystick.xa.http.OutgoingTransactions;
import io.tallystick.xa.http.Peers;
import io.tallystick.xa.http.XaHttp;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The deadline has passed, and no round of the engine has noticed it yet. */
class CalledAfterItsDeadlineTest {

    private final VirtualClock clock = new VirtualClock();
    private final XaHttp http = XaHttp.of(
            new Peers("shop", Map.of("points", URI.create("http://localhost:1"))), KeyRing.of("k", new byte[16]));
    private final XaEngine engine = http.joining(XaEngine.named("shop")
                    .decisions(new InMemoryDecisionStore("memory", clock))
                    .runtime(new XaRuntime(clock, new SplittableRandom(1), XaRuntime.sameThread())))
            .build();
    private final OutgoingTransactions outgoing = http.outgoing(engine);

    @Test
    void a_service_is_not_called_and_who_goes_on_without_it_does_not_commit() {
        XaTransaction transaction = engine.begin(Duration.ofSeconds(5));
        engine.bind(transaction);
        clock.advance(Duration.ofSeconds(6));

        assertThatThrownBy(() -> outgoing.call("points"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("can only be rolled back");
        assertThatThrownBy(transaction::commit)
                .isInstanceOf(RolledBackException.class)
                .hasMessageContaining("service 'points' was to be called after its deadline");
    }
}
