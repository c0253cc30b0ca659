package io.tallystick.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Who orders something, and why. */
@Command
final class WhoOptions {

    private final Session session;

    @Option(names = "--who", paramLabel = "NAME", description = "who orders it, for the audit (else TALLY_WHO)")
    private @Nullable String who;

    @Option(names = "--why", paramLabel = "TEXT", required = true, description = "the reason, for the audit")
    private String why;

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
        return why;
    }
}
