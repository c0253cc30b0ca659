package io.tallystick.xa;

import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore.Life;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what others left: every engine does it for all engines of its cluster, at any time, because the unique key of the gtrid
 * settles every race. {@link #poll} is called by one thread; scans run on workers, so that one resource that hangs stops no other.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int UNFINISHED_AT_ONCE = 500;

    private final Site site;
    private final RemoteDecisions elsewhere;
    private final Set<String> scanning = ConcurrentHashMap.newKeySet();
    private final Map<String, List<PreparedBranch>> lastSeen = new ConcurrentHashMap<>();
    private final Map<BranchXid, Instant> firstSeen = new ConcurrentHashMap<>();
    private Instant nextBeat = Instant.MIN;
    private Instant nextScan = Instant.MIN;

    Recovery(Site site, RemoteDecisions elsewhere) {
        this.site = site;
        this.elsewhere = elsewhere;
    }

    /** One bounded round. Returns how much it began. */
    int poll(Instant now) {
        int work = 0;
        if (!now.isBefore(nextBeat)) {
            nextBeat = now.plus(site.settings().lease().dividedBy(3));
            once("heartbeat", () -> site.homes().beat());
        }
        work += site.backlog().poll(now);
        if (!now.isBefore(nextScan)) {
            nextScan = now.plus(site.settings().scanEvery());
            for (BranchDriver driver : site.drivers()) {
                once("resource " + driver.resource(), () -> scan(driver));
                work++;
            }
            for (DecisionStore home : site.homes().all()) {
                once("decisions " + home.name(), () -> takeOver(home));
                work++;
            }
        }
        return work;
    }

    private void once(String what, Runnable task) {
        if (scanning.add(what)) {
            site.workers().execute(() -> {
                try {
                    task.run();
                } catch (TallystickException e) {
                    LOG.warn("recovery, {}: {}", what, e.getMessage());
                } catch (RuntimeException e) {
                    LOG.error("recovery, {}: unexpected", what, e);
                } finally {
                    scanning.remove(what);
                }
            });
        }
    }

    // ---- branches

    private void scan(BranchDriver driver) {
        Instant begun = site.clock().instant();
        long number = site.backlog().scanBegins();
        ResourceHealth health = site.health(driver.resource());
        List<PreparedBranch> found;
        try {
            found = driver.prepared();
        } catch (TallystickException e) {
            health.failed(String.valueOf(e.getMessage()), begun);
            throw e;
        }
        health.scanned(found.size(), driver.capacity());
        lastSeen.put(driver.resource(), found);
        Set<BranchXid> names = new HashSet<>();
        Map<Gtrid, List<PreparedBranch>> byTransaction = new HashMap<>();
        for (PreparedBranch branch : found) {
            names.add(branch.xid());
            firstSeen.putIfAbsent(branch.xid(), branch.since() == null ? begun : branch.since());
            byTransaction
                    .computeIfAbsent(branch.xid().gtrid(), g -> new ArrayList<>())
                    .add(branch);
        }
        site.backlog().scanned(driver.resource(), number, names);
        byTransaction.forEach((gtrid, branches) -> settle(driver, gtrid, branches));
        forgetUnseen();
    }

    private void settle(BranchDriver driver, Gtrid gtrid, List<PreparedBranch> branches) {
        if (site.inFlight(gtrid)) {
            return;
        }
        int hash = Gtrid.hash(driver.resource());
        List<Voted> voted = branches.stream()
                // two resources may lie in one database; what bears no configured name belongs to whoever finds it
                .filter(b -> b.xid().resource() == hash || !site.knows(b.xid().resource()))
                .map(b -> new Voted(b.xid(), driver.resource(), driver.incarnation(), ""))
                .toList();
        if (voted.isEmpty()) {
            return;
        }
        if (site.homes().ours(gtrid)) {
            ours(gtrid, voted);
        } else {
            elsewheres(voted);
        }
    }

    private void ours(Gtrid gtrid, List<Voted> voted) {
        Optional<DecisionStore> home = site.homes().of(gtrid);
        if (home.isEmpty()) {
            LOG.warn(
                    "{} is held: its decision store is not configured here",
                    voted.get(0).xid());
            return;
        }
        Optional<Verdict> known = home.get().lookup(gtrid);
        if (known.isPresent() && known.get() == Verdict.COMMIT) {
            // found by the look into the store, with all its branches
            return;
        }
        if (known.isPresent() || isLeftBehind(gtrid, home.get(), voted)) {
            LOG.info("settling {}, left behind with {} branches here", gtrid, voted.size());
            adopt(gtrid, Coordination.orphan(site, home.get(), gtrid, voted));
        }
    }

    private boolean isLeftBehind(Gtrid gtrid, DecisionStore home, List<Voted> voted) {
        if (site.homes().mine(gtrid)) {
            // not in flight any more: prepared after it was given up
            return olderThan(voted, site.settings().prepareBudget());
        }
        boolean alive = home.living(site.homes().cluster()).stream().anyMatch(life -> life.owns(gtrid));
        return !alive
                || olderThan(
                        voted, site.settings().timeout().plus(site.settings().prepareBudget()));
    }

    /** Whether its coordinator, here or in another replica, may still be going to decide it. */
    boolean mayBeActive(Gtrid gtrid, DecisionStore home) {
        if (site.inFlight(gtrid)) {
            return true;
        }
        Instant longest = gtrid.startedAt()
                .plus(site.settings().timeout())
                .plus(site.settings().prepareBudget());
        return !site.homes().mine(gtrid)
                && site.clock().instant().isBefore(longest)
                && home.living(site.homes().cluster()).stream().anyMatch(life -> life.owns(gtrid));
    }

    private boolean olderThan(List<Voted> voted, Duration age) {
        Instant limit = site.clock().instant().minus(age);
        return voted.stream()
                .allMatch(v -> firstSeen.getOrDefault(v.xid(), Instant.MAX).isBefore(limit));
    }

    private void elsewheres(List<Voted> voted) {
        if (!olderThan(voted, site.settings().ackWait())) {
            return;
        }
        for (Voted branch : voted) {
            elsewhere.ask(branch.xid()).ifPresent(verdict -> finish(branch, verdict));
        }
    }

    private void finish(Voted branch, Verdict verdict) {
        BranchDriver driver = site.driver(branch.resource());
        Duration budget = site.settings().prepareBudget();
        Ack ack = verdict == Verdict.COMMIT
                ? driver.commit(branch.xid(), branch.hint(), budget)
                : driver.rollback(branch.xid(), branch.hint(), budget);
        LOG.info("{}: its coordinator says {}: {}", branch.xid(), verdict, ack);
    }

    private void forgetUnseen() {
        Set<BranchXid> all = new HashSet<>();
        lastSeen.values().forEach(branches -> branches.forEach(b -> all.add(b.xid())));
        firstSeen.keySet().retainAll(all);
    }

    // ---- decisions

    private void takeOver(DecisionStore home) {
        List<DecisionRecord> unfinished = home.unfinished(site.homes().cluster(), UNFINISHED_AT_ONCE);
        if (unfinished.isEmpty()) {
            return;
        }
        List<Life> living = home.living(site.homes().cluster());
        for (DecisionRecord decision : unfinished) {
            Gtrid gtrid = decision.gtrid();
            boolean mine = site.homes().mine(gtrid);
            if (site.inFlight(gtrid) || !mine && living.stream().anyMatch(life -> life.owns(gtrid))) {
                continue;
            }
            if (mine
                    && decision.decidedAt()
                            .isAfter(
                                    site.clock().instant().minus(site.settings().prepareBudget()))) {
                // ended a moment ago: its row is deleted lazily
                continue;
            }
            LOG.info("finishing {}, decided at {}", gtrid, decision.decidedAt());
            adopt(gtrid, Coordination.recover(site, home, decision));
        }
    }

    private void adopt(Gtrid gtrid, Coordination coordination) {
        if (site.adopt(gtrid, coordination)) {
            coordination.start();
        }
    }

    /** All prepared branches seen in the last scans, by resource. */
    Map<String, List<PreparedBranch>> lastSeen() {
        return Map.copyOf(lastSeen);
    }

    Optional<Instant> firstSeen(BranchXid xid) {
        return Optional.ofNullable(firstSeen.get(xid));
    }
}
