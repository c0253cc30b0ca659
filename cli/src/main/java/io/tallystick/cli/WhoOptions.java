package io.tallystick.cli;

import io.tallystick.cdc.replicator.PipelineOrders.Order;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Who orders something, and why: asked for when it is really ordered, because some commands only look without an order. */
@Command
final class WhoOptions {

    private final Session session;

    @Option(names = "--who", paramLabel = "NAME", description = "who orders it, for the audit (else TALLY_WHO)")
    private @Nullable String who;

    @Option(names = "--why", paramLabel = "TEXT", description = "the reason, for the audit")
    private @Nullable String why;

    WhoOptions(Session session) {
        this.session = session;
    }

    String who() {
        String name = who != null ? who : session.environment().get("TALLY_WHO");
        if (name == null || name.isBlank()) {
            throw new Stop(Exit.USAGE, "Say who orders it, for the audit: --who NAME, or set TALLY_WHO.");
        }
        return name;
    }

    String why() {
        if (why == null || why.isBlank()) {
            throw new Stop(Exit.USAGE, "Say why, for the audit: --why TEXT.");
        }
        return why;
    }

    Order order() {
        return new Order(who(), why(), Instant.now());
    }
}
