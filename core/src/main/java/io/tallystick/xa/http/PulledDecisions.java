package io.tallystick.xa.http;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.RemoteDecisions;
import io.tallystick.xa.Verdict;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the coordinators of other services for their decisions. Thread-safe. */
final class PulledDecisions implements RemoteDecisions {

    private static final Logger LOG = LoggerFactory.getLogger(PulledDecisions.class);
    private static final Duration BUDGET = Duration.ofSeconds(3);

    private final Peers peers;
    private final Wire wire;

    PulledDecisions(Peers peers, Wire wire) {
        this.peers = peers;
        this.wire = wire;
    }

    @Override
    public Optional<Verdict> ask(BranchXid branch) {
        Optional<String> coordinator = peers.coordinator(branch.gtrid());
        if (coordinator.isEmpty()) {
            LOG.warn(
                    "{} is held: none of the known peers {} coordinates it. Add its coordinator, or resolve it: tally tx resolve",
                    branch,
                    peers.others().keySet());
            return Optional.empty();
        }
        Wire.Answer answer = wire.get(coordinator.get(), XaEndpoints.decisionPath(branch), BUDGET);
        if (answer.status() == 202) {
            return Optional.empty();
        }
        return Stream.of(Verdict.values())
                .filter(verdict -> answer.says(verdict.name()))
                .findFirst()
                .or(() -> {
                    throw new UnavailableException("service '" + coordinator.get() + "' was asked for its decision on "
                            + branch + " and answered " + answer.quoted());
                });
    }
}
