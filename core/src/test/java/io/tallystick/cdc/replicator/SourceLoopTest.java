package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.SourceLoop.Standing;
import io.tallystick.jdbc.UnavailableException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How the reading of a source tells that it stands. */
class SourceLoopTest {

    private static final TableName ITEM = new TableName("public", "item");

    /** A target finds out that somebody else has claimed it while the reading has just failed, and is about to say so. */
    @Test
    void who_was_shut_out_while_the_source_failed_says_that_and_nothing_else() {
        SourceLoop[] loop = new SourceLoop[1];
        ChangeSource failing = (ChangeSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ChangeSource.class}, (self, method, arguments) -> {
                    if (method.getName().equals("establish")) {
                        throw new UnavailableException("away", null) {
                            @Override
                            public String getMessage() {
                                loop[0].stopAs(PipelineStatus.State.FENCED, "somebody else runs it");
                                return "away";
                            }
                        };
                    }
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(self, method, arguments);
                    }
                    return method.getReturnType() == String.class ? "source" : null;
                });
        loop[0] =
                new SourceLoop(failing, Set.of(ITEM), List.of(), PipelineSettings.standard(), CdcRuntime.real(), null);
        assertThat(loop[0].standing()).isEqualTo(new Standing(PipelineStatus.State.STARTING, null));

        loop[0].run();

        assertThat(loop[0].standing()).isEqualTo(new Standing(PipelineStatus.State.FENCED, "somebody else runs it"));
    }
}
