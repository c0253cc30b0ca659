package io.tallystick.xa;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.XaCase.Choice;
import io.tallystick.xa.XaCase.Part;
import io.tallystick.xa.XaCase.Phase;
import io.tallystick.xa.XaReceipt.Result;
import io.tallystick.xa.XaReceipt.Step;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a person looks at transactions that did not end, and ends them, from any process that reaches the databases; no engine need be
 * running. Right beside running engines, because the same unique key settles every race. Closes nothing that it was given.
 * Thread-safe.
 */
public final class XaDesk {

    private static final Logger LOG = LoggerFactory.getLogger(XaDesk.class);

    private static final Duration BUDGET = Duration.ofSeconds(10);

    private static final Ack NO_LIST =
            new Ack.Retry("the decision was ended by an older release, which kept no list of its branches;"
                    + " whether this one is on it only its coordinator's log can say. End it in its database by hand");

    private final Map<String, BranchDriver> resources = new LinkedHashMap<>();
    private final List<DecisionStore> stores;
    private final List<String> silent;
    private final InstantSource clock;

    /** @param stores all that may hold decisions: what was decided in another one cannot be known */
    public XaDesk(
            Collection<? extends BranchDriver> resources,
            Collection<? extends DecisionStore> stores,
            InstantSource clock) {
        this(resources, stores, List.of(), clock);
    }

    /** @param silent names of decision stores that cannot be read now: whose decision lies there is told so */
    public XaDesk(
            Collection<? extends BranchDriver> resources,
            Collection<? extends DecisionStore> stores,
            Collection<String> silent,
            InstantSource clock) {
        resources.forEach(driver -> this.resources.put(driver.resource(), driver));
        this.stores = List.copyOf(stores);
        this.silent = List.copyOf(silent);
        this.clock = clock;
    }

    /**
     * What is prepared, or decided and not ended, the oldest first.
     *
     * @param problems resources and decision stores that do not answer: what they hold is not among the cases
     */
    public record Listing(List<XaCase> cases, List<HeuristicRecord> heuristics, List<String> problems) {}

    /** Looks at everything. Also lists transactions in full flight, whose coordinator lives. */
    public Listing list() {
        XaSurvey survey = new XaSurvey(resources, stores, silent);
        List<XaCase> cases = survey.all();
        return new Listing(cases, survey.heuristics(), survey.problems());
    }

    /** @throws RejectedException when nothing is known of it */
    public XaCase show(Gtrid gtrid) {
        XaCase found = new XaSurvey(resources, stores, silent).of(gtrid);
        boolean nothing = found.parts().isEmpty()
                && found.heuristics().isEmpty()
                && found.orders().isEmpty()
                && (found.phase() == Phase.UNDECIDED || found.phase() == Phase.UNKNOWN);
        if (nothing) {
            throw new RejectedException("nothing is known of transaction " + gtrid + " in " + resources.keySet()
                    + ": it has ended and was forgotten, or it is elsewhere"
                    + (found.notes().isEmpty() ? "" : " (" + String.join("; ", found.notes()) + ")")
                    + ". See what there is with: tally tx list");
        }
        return found;
    }

    /**
     * Ends it as ordered, after the order has been written down. Can be repeated.
     *
     * @throws RejectedException when nothing is known of it
     * @throws TallystickException when the order could not be written down, or the verdict was not heard: nothing was told to a branch
     */
    public XaReceipt resolve(Gtrid gtrid, XaOrder order) {
        XaCase it = show(gtrid);
        Choice choice = XaChoices.of(it, order.verdict());
        if (!choice.possible() || choice.force() && !order.force()) {
            return refused(gtrid, choice.possible() ? "only when forced: " + choice.means() : choice.means());
        }
        Optional<DecisionStore> home =
                it.phase() == Phase.UNKNOWN ? Optional.empty() : store(it.home().store());
        DecisionStore records = home.orElseGet(this::anyThatAnswers);
        String what = order.verdict() + (choice.force() ? ", forced" : "");
        records.audit(gtrid, order.who(), what, order.why(), clock.instant());
        if (home.isPresent() && !stands(it, order.verdict(), home.get())) {
            return refused(gtrid, "somebody else decided otherwise meanwhile: tally tx show " + gtrid);
        }
        if (choice.force() && (home.isEmpty() || order.verdict() == Verdict.COMMIT)) {
            it.prepared().forEach(part -> records.heuristic(byOrder(part, it, order)));
        }
        return receipt(it, order.verdict(), tell(it, order.verdict(), records), home);
    }

    private static XaReceipt refused(Gtrid gtrid, String why) {
        return new XaReceipt(gtrid, Result.REFUSED, why, List.of());
    }

    private Optional<DecisionStore> store(String name) {
        return stores.stream().filter(store -> store.name().equals(name)).findFirst();
    }

    /** Its own store is away: what is ordered is written down in another. */
    private DecisionStore anyThatAnswers() {
        for (DecisionStore store : stores) {
            try {
                store.orders(1);
                return store;
            } catch (TallystickException away) {
                LOG.debug("decision store '{}' does not answer", store.name(), away);
            }
        }
        throw new UnavailableException("no decision store answers, of "
                + stores.stream().map(DecisionStore::name).toList()
                + ": there is nowhere to write down the order, so nothing was done");
    }

    /** The verdict is durable before any branch hears of it. */
    private boolean stands(XaCase it, Verdict verdict, DecisionStore home) {
        if (it.phase() != Phase.UNDECIDED) {
            return true;
        }
        if (verdict == Verdict.ABORT) {
            return home.abort(it.gtrid()) == Verdict.ABORT;
        }
        List<Voted> found = it.prepared().stream()
                .map(part -> new Voted(part.xid(), part.resource(), incarnation(part.resource()), ""))
                .toList();
        return home.commit(new DecisionRecord(it.gtrid(), found, clock.instant())) == Verdict.COMMIT;
    }

    private String incarnation(String resource) {
        BranchDriver driver = resources.get(resource);
        return driver == null ? "" : driver.incarnation();
    }

    private HeuristicRecord byOrder(Part part, XaCase it, XaOrder order) {
        Ack.Found found = order.verdict() == Verdict.COMMIT ? Ack.Found.COMMITTED : Ack.Found.ROLLED_BACK;
        String evidence = "a person decided: " + order.who() + " ordered " + order.verdict() + " (" + order.why()
                + "); it was " + (it.phase() == Phase.UNKNOWN ? "not known whether it was decided" : "undecided")
                + (it.home().coordinatorLives() ? " and its coordinator alive" : "");
        return new HeuristicRecord(part.xid(), part.resource(), order.verdict(), found, evidence, clock.instant());
    }

    // ---- telling the branches

    private List<Step> tell(XaCase it, Verdict verdict, DecisionStore records) {
        List<Voted> listed = it.phase() == Phase.DECIDED
                ? records.decision(it.gtrid()).map(DecisionRecord::branches).orElse(List.of())
                : List.of();
        List<Step> steps = new ArrayList<>();
        for (Part part : it.parts()) {
            Optional<Verdict> itsOwn = itsOwn(part, it.phase(), verdict, records);
            Verdict told = itsOwn.orElse(verdict);
            Ack answer = itsOwn.isPresent() ? tell(named(part, listed), told) : NO_LIST;
            steps.add(new Step(part.xid(), part.resource(), told, answer));
            if (answer instanceof Ack.Heuristic heuristic) {
                records.heuristic(new HeuristicRecord(
                        part.xid(), part.resource(), told, heuristic.found(), heuristic.evidence(), clock.instant()));
            }
        }
        return steps;
    }

    /** One that a decision does not list belongs to a call whose answer was lost: it was made again. Nothing when the list was not kept. */
    private static Optional<Verdict> itsOwn(Part part, Phase phase, Verdict ordered, DecisionStore home) {
        return switch (phase) {
            case DECIDED -> Optional.of(part.listed() ? Verdict.COMMIT : Verdict.ABORT);
            case FINISHED -> home.lookup(part.xid());
            default -> Optional.of(ordered);
        };
    }

    private static Voted named(Part part, List<Voted> listed) {
        String preparedIn = listed.stream()
                .filter(voted -> voted.xid().equals(part.xid()))
                .map(Voted::incarnation)
                .findFirst()
                .orElse("");
        return new Voted(part.xid(), part.resource(), preparedIn, part.hint());
    }

    private Ack tell(Voted branch, Verdict verdict) {
        BranchDriver driver = resources.get(branch.resource());
        if (driver == null) {
            return new Ack.Retry("resource '" + branch.resource() + "' is not given here");
        }
        try {
            Ack ack = verdict == Verdict.COMMIT
                    ? driver.commit(branch.xid(), branch.hint(), BUDGET)
                    : driver.rollback(branch.xid(), branch.hint(), BUDGET);
            return ack instanceof Ack.Absent ? Absence.judged(driver, branch, verdict) : ack;
        } catch (TallystickException e) {
            return new Ack.Retry(String.valueOf(e.getMessage()));
        }
    }

    private static XaReceipt receipt(XaCase it, Verdict verdict, List<Step> steps, Optional<DecisionStore> home) {
        long open = steps.stream()
                .filter(step -> step.answer() instanceof Ack.Retry)
                .count();
        boolean differs = steps.stream().anyMatch(step -> step.answer() instanceof Ack.Heuristic);
        if (open > 0) {
            return new XaReceipt(
                    it.gtrid(),
                    Result.UNFINISHED,
                    verdict + " stands, and " + open + " of " + steps.size()
                            + (steps.size() == 1 ? " branch has" : " branches have")
                            + " not followed yet: repeat the order, or let an engine finish it",
                    steps);
        }
        if (verdict == Verdict.COMMIT) {
            home.ifPresent(store -> store.remember(List.of(it.gtrid())));
        }
        String how = verdict == Verdict.COMMIT ? "committed" : "rolled back";
        return new XaReceipt(
                it.gtrid(),
                Result.DONE,
                differs ? "every branch has ended, but not alike: see the heuristic records" : how,
                steps);
    }
}
