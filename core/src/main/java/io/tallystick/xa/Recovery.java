package io.tallystick.xa;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore.Life;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes what others left: every engine does it for all engines of its cluster, at any time, because the unique key of the gtrid
 * settles every race. {@link #poll} is called by one thread; scans run on workers, so that one resource that hangs stops no other.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final int PAGE = 500;
    private static final int MOST = 100 * PAGE;
    private static final Duration PURGE_EVERY = Duration.ofHours(1);

    /** Longer than any pause of a process or a session that is believed possible, see {@link DecisionStore#purge}. */
    private static final Duration PURGE_AFTER = Duration.ofDays(7);

    private final Site site;
    private final RemoteDecisions elsewhere;
    private final Set<String> scanning = ConcurrentHashMap.newKeySet();
    private final Map<String, List<PreparedBranch>> lastSeen = new ConcurrentHashMap<>();
    private final Map<BranchXid, Instant> firstSeen = new ConcurrentHashMap<>();
    private final Set<String> examined = ConcurrentHashMap.newKeySet();
    private final Alarms alarms;
    private final PolicyRules policies;
    private Instant nextBeat = Instant.MIN;
    private Instant nextScan = Instant.MIN;
    private Instant nextPurge = Instant.MIN;

    Recovery(Site site, RemoteDecisions elsewhere, Map<String, InDoubtPolicy> policies) {
        this.site = site;
        this.policies = new PolicyRules(site, policies);
        this.alarms = new Alarms(site.settings().alarmAfter());
        this.elsewhere = elsewhere;
    }

    /** One bounded round. Returns how much it began. */
    int poll(Instant now) {
        int work = site.backlog().poll(now);
        Duration beat = site.settings().lease().dividedBy(3);
        if (isDue(nextBeat, beat, now)) {
            nextBeat = now.plus(beat);
            // one store that hangs must not cost the leases in the others
            site.homes()
                    .all()
                    .forEach(home ->
                            once("heartbeat " + home.name(), () -> site.homes().beat(home)));
        }
        if (isDue(nextScan, site.settings().scanEvery(), now)) {
            nextScan = now.plus(site.settings().scanEvery());
            work += look();
        }
        if (isDue(nextPurge, PURGE_EVERY, now)) {
            nextPurge = now.plus(PURGE_EVERY);
            site.homes().all().forEach(home -> once("purge " + home.name(), () -> home.purge(PURGE_AFTER, 1000)));
        }
        return work;
    }

    /** Also when the clock has jumped back: nothing waits for longer than its interval. */
    private static boolean isDue(Instant next, Duration interval, Instant now) {
        return !now.isBefore(next) || now.plus(interval).isBefore(next);
    }

    private int look() {
        int work = 0;
        Set<String> known = new HashSet<>();
        for (BranchDriver driver : site.drivers()) {
            known.add(driver.resource());
            once("resource " + driver.resource(), () -> scan(driver));
            work++;
        }
        for (String resource : site.backlog().searched()) {
            if (known.add(resource)) {
                once("resource " + resource, () -> search(site.driver(resource)));
                work++;
            }
        }
        for (DecisionStore home : site.homes().all()) {
            once("decisions " + home.name(), () -> takeOver(home));
            work++;
        }
        return work;
    }

    private void once(String what, Runnable task) {
        if (scanning.add(what)) {
            site.work(() -> {
                try {
                    task.run();
                } catch (TallystickException e) {
                    LOG.warn("recovery, {}: {}", what, e.getMessage());
                } catch (RuntimeException | Error e) {
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
        List<PreparedBranch> found = search(driver);
        lastSeen.put(driver.resource(), found);
        Map<Gtrid, List<PreparedBranch>> byTransaction = new LinkedHashMap<>();
        Map<BranchXid, Duration> ages = new LinkedHashMap<>();
        int inDoubt = 0;
        for (PreparedBranch branch : found) {
            // by the clock of here, for the resource's may differ; and never in the future, for this one may jump
            Instant first = firstSeen.merge(branch.xid(), begun, (old, now) -> old.isBefore(now) ? old : now);
            inDoubt += first.isBefore(begun) ? 1 : 0;
            ages.put(branch.xid(), Duration.between(first, begun));
            byTransaction
                    .computeIfAbsent(branch.xid().gtrid(), g -> new ArrayList<>())
                    .add(branch);
        }
        site.health(driver.resource()).holds(inDoubt, driver.capacity());
        alarms.look(driver.resource(), ages);
        report(driver.resource(), inDoubt, ages.values());
        settle(driver, byTransaction);
        forgetUnseen();
    }

    private void report(String resource, int inDoubt, Collection<Duration> ages) {
        Duration oldest = ages.stream().max(Comparator.naturalOrder()).orElse(Duration.ZERO);
        site.meters().report(m -> m.inDoubt(resource, inDoubt, oldest));
    }

    /** A scan that settles nothing: what is looked for learns whether it is there. */
    private List<PreparedBranch> search(BranchDriver driver) {
        long number = site.backlog().scanBegins();
        ResourceHealth health = site.health(driver.resource());
        List<PreparedBranch> found;
        try {
            found = driver.prepared();
            examineOnce(driver);
            health.reached();
        } catch (TallystickException e) {
            health.unreachable(String.valueOf(e.getMessage()), site.clock().instant());
            throw e;
        } finally {
            boolean takes = health.reasonNotToPrepare() == null;
            site.meters().report(m -> m.takesBranches(driver.resource(), takes));
        }
        site.backlog().scanned(driver.resource(), number, names(found));
        site.kept().scanned(driver.resource(), names(found));
        return found;
    }

    /** Who starts an engine hears at once that a server prepares nothing at all, and not when it rolls the first transaction back. */
    private void examineOnce(BranchDriver driver) {
        if (driver.capacity() != 0 || !examined.add(driver.resource())) {
            return;
        }
        try {
            driver.examine().stream()
                    .filter(found -> found.severity() == Finding.Severity.ERROR)
                    .forEach(found -> LOG.error("resource '{}': {}", driver.resource(), found));
        } catch (RuntimeException e) {
            examined.remove(driver.resource());
            LOG.debug("resource '{}' is examined later", driver.resource(), e);
        }
    }

    private static Set<BranchXid> names(List<PreparedBranch> branches) {
        return branches.stream().map(PreparedBranch::xid).collect(Collectors.toSet());
    }

    /** One who does not say what he decided must not hold up what others decide: each is asked on its own. */
    private void settle(BranchDriver driver, Map<Gtrid, List<PreparedBranch>> byTransaction) {
        Map<String, Map<Gtrid, List<PreparedBranch>>> byDecider = new LinkedHashMap<>();
        byTransaction.forEach((gtrid, branches) -> byDecider
                .computeIfAbsent(decider(gtrid), d -> new LinkedHashMap<>())
                .put(gtrid, branches));
        byDecider.forEach((decider, its) ->
                once("resource " + driver.resource() + ", decided by " + decider, () -> settleAll(driver, its)));
    }

    private String decider(Gtrid gtrid) {
        return site.homes().ours(gtrid)
                ? "store " + Integer.toHexString(gtrid.home())
                : "service " + Integer.toHexString(gtrid.cluster());
    }

    private void settleAll(BranchDriver driver, Map<Gtrid, List<PreparedBranch>> decidedByOne) {
        Map<Gtrid, List<Voted>> orphans = new LinkedHashMap<>();
        decidedByOne.forEach((gtrid, branches) -> {
            // what is in flight is not touched
            List<Voted> voted = site.inFlight(gtrid) ? List.of() : concerning(driver, branches);
            try {
                if (!voted.isEmpty() && isOrphan(gtrid, voted)) {
                    orphans.put(gtrid, voted);
                }
            } catch (TallystickException e) {
                LOG.warn("{} is held: {}", voted.get(0).xid(), e.getMessage());
                policies.apply(driver, voted, this::olderThan, String.valueOf(e.getMessage()));
            }
        });
        if (orphans.isEmpty()) {
            return;
        }
        // its coordinator may have finished it between the scan and the look into the store, and have forgotten it:
        // a tombstone is written only for what is still prepared
        Set<BranchXid> still = names(driver.prepared());
        orphans.forEach((gtrid, voted) -> {
            if (voted.stream().allMatch(v -> still.contains(v.xid()))) {
                LOG.info("settling {}, left behind with {} branches here", gtrid, voted.size());
                adopt(gtrid, Coordination.orphan(site, homeOf(gtrid).orElseThrow(), gtrid, voted));
            }
        });
    }

    private List<Voted> concerning(BranchDriver driver, List<PreparedBranch> branches) {
        int hash = Gtrid.hash(driver.resource());
        return branches.stream()
                // two resources may lie in one database; what bears no configured name belongs to whoever finds it
                .filter(b -> b.xid().resource() == hash || !site.knows(b.xid().resource()))
                .map(b -> new Voted(b.xid(), driver.resource(), driver.incarnation(), ""))
                .toList();
    }

    /** Whether a tombstone is to be written for it; what is decided already, or elsewhere, is dealt with at once. */
    private boolean isOrphan(Gtrid gtrid, List<Voted> voted) {
        if (!site.homes().ours(gtrid)) {
            elsewheres(voted);
            return false;
        }
        Optional<DecisionStore> home = homeOf(gtrid);
        if (home.isEmpty()) {
            LOG.warn(
                    "{} is held: its decision store is not configured here",
                    voted.get(0).xid());
            return false;
        }
        List<Life> living = home.get().living(site.homes().cluster());
        if (!isLeftBehind(gtrid, living, voted)) {
            return false;
        }
        if (home.get().lookup(gtrid).orElse(Verdict.ABORT) == Verdict.ABORT) {
            return true;
        }
        Optional<DecisionRecord> decision = home.get().decision(gtrid);
        if (decision.isPresent()) {
            takeOver(home.get(), decision.get(), living);
        } else {
            commitWhatIsListed(home.get(), voted);
        }
        return false;
    }

    /** The decision has ended, and a branch of it is prepared: a database that was taken for lost is back. */
    private void commitWhatIsListed(DecisionStore home, List<Voted> voted) {
        voted.stream()
                .filter(branch -> home.lookup(branch.xid()).equals(Optional.of(Verdict.COMMIT)))
                .forEach(branch -> LOG.info(
                        "{} is prepared although its decision has ended, which lists it: {}",
                        branch.xid(),
                        site.finish(branch, true, site.settings().prepareBudget())));
    }

    private Optional<DecisionStore> homeOf(Gtrid gtrid) {
        return site.homes().of(gtrid);
    }

    private boolean isLeftBehind(Gtrid gtrid, List<Life> living, List<Voted> voted) {
        if (site.homes().mine(gtrid)) {
            // not in flight any more: prepared after it was given up
            return olderThan(voted, site.settings().prepareBudget());
        }
        return living.stream().noneMatch(life -> life.owns(gtrid))
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
        Ack ack = site.finishForOthers(branch, verdict);
        LOG.info("{}: its coordinator says {}: {}", branch.xid(), verdict, ack);
    }

    private void forgetUnseen() {
        Set<BranchXid> all = new HashSet<>();
        lastSeen.values().forEach(branches -> branches.forEach(b -> all.add(b.xid())));
        firstSeen.keySet().retainAll(all);
    }

    // ---- decisions

    private void takeOver(DecisionStore home) {
        long listing = site.backlog().listingBegins();
        List<DecisionRecord> unfinished = unfinished(home);
        site.backlog()
                .listed(
                        home,
                        listing,
                        unfinished.stream().map(DecisionRecord::gtrid).collect(Collectors.toSet()));
        if (!unfinished.isEmpty()) {
            List<Life> living = home.living(site.homes().cluster());
            // those that hold locks first: most others have been told to every branch, and only their end was lost
            Set<Gtrid> prepared = lastSeen.values().stream()
                    .flatMap(List::stream)
                    .map(branch -> branch.xid().gtrid())
                    .collect(Collectors.toSet());
            unfinished.stream()
                    .sorted(Comparator.comparing(decision -> !prepared.contains(decision.gtrid())))
                    .forEach(decision -> takeOver(home, decision, living));
        }
        site.backlog().answers(home);
    }

    private List<DecisionRecord> unfinished(DecisionStore home) {
        List<DecisionRecord> all = new ArrayList<>();
        List<DecisionRecord> page = home.unfinished(site.homes().cluster(), PAGE);
        all.addAll(page);
        while (page.size() == PAGE && all.size() < MOST) {
            page = home.unfinished(site.homes().cluster(), page.get(PAGE - 1).gtrid(), PAGE);
            all.addAll(page);
        }
        return all;
    }

    private void takeOver(DecisionStore home, DecisionRecord decision, List<Life> living) {
        Gtrid gtrid = decision.gtrid();
        if (site.inFlight(gtrid) || site.backlog().isEnding(gtrid)) {
            return;
        }
        Duration age = Duration.between(decision.decidedAt(), site.clock().instant());
        boolean left = site.homes().mine(gtrid)
                // ended a moment ago: its row is deleted lazily
                ? age.abs().compareTo(site.settings().prepareBudget()) > 0
                : living.stream().noneMatch(life -> life.owns(gtrid));
        if (left) {
            LOG.info("finishing {}, decided at {}", gtrid, decision.decidedAt());
            adopt(gtrid, Coordination.recover(site, home, decision));
        }
    }

    private void adopt(Gtrid gtrid, Coordination coordination) {
        if (site.adopt(gtrid, coordination)) {
            site.meters().report(XaMetrics::tookOver);
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
