package io.tallystick.xa;

import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.DecisionStore.Order;
import io.tallystick.xa.XaCase.Home;
import io.tallystick.xa.XaCase.Part;
import io.tallystick.xa.XaCase.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One look at all resources and decision stores. What does not answer is a note, never an empty answer. For one thread. */
final class XaSurvey {

    private static final int PAGE = 500;
    private static final int EVIDENCE = 1_000;

    private final Map<String, BranchDriver> resources;
    private final Collection<DecisionStore> stores;
    private final Collection<String> silent;
    private final Map<BranchXid, Part> prepared = new LinkedHashMap<>();
    private final Set<String> seen = new LinkedHashSet<>();
    private final Map<Gtrid, DecisionRecord> decisions = new LinkedHashMap<>();
    private final Map<String, List<HeuristicRecord>> heuristics = new HashMap<>();
    private final Map<String, List<Order>> orders = new HashMap<>();
    private final Map<String, List<Life>> living = new HashMap<>();
    private final Map<String, String> problems = new LinkedHashMap<>();

    /** @param silent names of decision stores that were given as well and cannot be read */
    XaSurvey(Map<String, BranchDriver> resources, Collection<DecisionStore> stores, Collection<String> silent) {
        this.resources = resources;
        this.stores = stores;
        this.silent = silent;
        resources.values().forEach(this::look);
    }

    private void look(BranchDriver driver) {
        for (PreparedBranch branch :
                ask("resource '" + driver.resource() + "'", driver::prepared, List.<PreparedBranch>of())) {
            BranchXid xid = branch.xid();
            // two resources may lie in one server, which lists the branches of both in each
            boolean its = xid.resource() == Gtrid.hash(driver.resource());
            if (its || !prepared.containsKey(xid)) {
                prepared.put(xid, new Part(xid, driver.resource(), Part.State.PREPARED, false, "", "", branch.since()));
            }
        }
        if (!problems.containsKey("resource '" + driver.resource() + "'")) {
            seen.add(driver.resource());
        }
    }

    private <T> T ask(String what, Supplier<T> question, T otherwise) {
        if (problems.containsKey(what)) {
            return otherwise;
        }
        try {
            return question.get();
        } catch (TallystickException e) {
            problems.put(what, what + " does not answer: " + e.getMessage());
            return otherwise;
        }
    }

    /** What does not answer, and why. */
    List<String> problems() {
        return List.copyOf(problems.values());
    }

    /** All that is prepared or decided and not ended, the oldest first. */
    List<XaCase> all() {
        for (DecisionStore store : stores) {
            ask(of(store), () -> readAll(store), List.<DecisionRecord>of()).forEach(d -> decisions.put(d.gtrid(), d));
        }
        Set<Gtrid> gtrids = new LinkedHashSet<>(decisions.keySet());
        prepared.keySet().forEach(xid -> gtrids.add(xid.gtrid()));
        return gtrids.stream()
                .map(this::of)
                .sorted(Comparator.comparing(XaCase::since))
                .toList();
    }

    private static List<DecisionRecord> readAll(DecisionStore store) {
        List<DecisionRecord> page = store.unfinishedOfAll(null, PAGE);
        List<DecisionRecord> all = new ArrayList<>(page);
        while (page.size() == PAGE) {
            page = store.unfinishedOfAll(page.get(PAGE - 1).gtrid(), PAGE);
            all.addAll(page);
        }
        return all;
    }

    /** The latest evidence of all stores. */
    List<HeuristicRecord> heuristics() {
        return stores.stream().flatMap(store -> heuristics(store).stream()).toList();
    }

    private List<HeuristicRecord> heuristics(DecisionStore store) {
        return heuristics.computeIfAbsent(
                store.name(), s -> ask(of(store), () -> store.heuristics(EVIDENCE), List.of()));
    }

    /** What is known of this one. */
    XaCase of(Gtrid gtrid) {
        Optional<DecisionStore> home = homeOf(gtrid);
        Optional<Verdict> verdict = home.flatMap(h -> ask(of(h), () -> h.lookup(gtrid), Optional.empty()));
        Optional<DecisionRecord> decision = verdict.filter(v -> v == Verdict.COMMIT)
                .flatMap(v -> home.flatMap(h -> ask(of(h), () -> h.decision(gtrid), Optional.empty())));
        boolean answers = home.isPresent() && !problems.containsKey(of(home.get()));
        List<Part> parts = parts(gtrid, decision);
        return new XaCase(
                gtrid,
                answers ? phase(verdict, decision) : Phase.UNKNOWN,
                new Home(home.map(DecisionStore::name).orElse(silentHome(gtrid)), answers && lives(home.get(), gtrid)),
                since(gtrid, parts, decision),
                parts,
                evidence(gtrid),
                ordered(gtrid),
                notes(gtrid, parts, home));
    }

    private Optional<DecisionStore> homeOf(Gtrid gtrid) {
        return stores.stream()
                .filter(store -> Gtrid.hash(store.name()) == gtrid.home())
                .findFirst();
    }

    /** Its name when it was given and cannot be read, else nothing. */
    private String silentHome(Gtrid gtrid) {
        return silent.stream()
                .filter(name -> Gtrid.hash(name) == gtrid.home())
                .findFirst()
                .orElse("");
    }

    private static String of(DecisionStore store) {
        return "decision store '" + store.name() + "'";
    }

    private static Phase phase(Optional<Verdict> verdict, Optional<DecisionRecord> decision) {
        if (verdict.isEmpty()) {
            return Phase.UNDECIDED;
        }
        if (verdict.get() == Verdict.ABORT) {
            return Phase.TOMBSTONE;
        }
        return decision.isPresent() ? Phase.DECIDED : Phase.FINISHED;
    }

    private boolean lives(DecisionStore home, Gtrid gtrid) {
        String key = home.name() + "/" + gtrid.cluster();
        return living.computeIfAbsent(key, k -> ask(of(home), () -> home.living(gtrid.cluster()), List.of()))
                .contains(Life.of(gtrid));
    }

    private List<Part> parts(Gtrid gtrid, Optional<DecisionRecord> decision) {
        Map<BranchXid, Part> parts = new LinkedHashMap<>();
        decision.ifPresent(d -> d.branches().forEach(voted -> parts.put(voted.xid(), listed(voted))));
        prepared.values().stream()
                .filter(part -> part.xid().gtrid().equals(gtrid))
                .forEach(part -> parts.putIfAbsent(part.xid(), part));
        return parts.values().stream()
                .sorted(Comparator.comparing(part -> part.xid().number()))
                .toList();
    }

    private Part listed(Voted voted) {
        Part there = prepared.get(voted.xid());
        if (there != null) {
            return new Part(
                    voted.xid(), there.resource(), there.state(), true, voted.hint(), evidence(voted), there.since());
        }
        boolean looked = seen.contains(voted.resource());
        return new Part(
                voted.xid(),
                voted.resource(),
                looked ? Part.State.ABSENT : Part.State.NOT_SEEN,
                true,
                voted.hint(),
                looked ? evidence(voted) : "",
                null);
    }

    /** What its resource knows of its fate. */
    private String evidence(Voted voted) {
        BranchDriver driver = resources.get(voted.resource());
        if (driver == null) {
            return "";
        }
        String fate = ask(
                        "resource '" + voted.resource() + "'",
                        () -> driver.fate(voted.hint()),
                        Optional.<Ack.Found>empty())
                .map(found -> voted.resource() + " says of " + voted.hint() + ": " + found)
                .orElse("");
        String now = driver.incarnation();
        boolean another = !voted.incarnation().isEmpty()
                && !now.isEmpty()
                && !voted.incarnation().equals(now);
        return another ? "prepared in " + voted.incarnation() + ", the database is now " + now : fate;
    }

    private static Instant since(Gtrid gtrid, List<Part> parts, Optional<DecisionRecord> decision) {
        return parts.stream()
                .map(Part::since)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .or(() -> decision.map(DecisionRecord::decidedAt))
                .orElse(gtrid.startedAt());
    }

    private List<HeuristicRecord> evidence(Gtrid gtrid) {
        return heuristics().stream()
                .filter(record -> record.branch().gtrid().equals(gtrid))
                .toList();
    }

    private List<Order> ordered(Gtrid gtrid) {
        return stores.stream()
                .flatMap(store ->
                        orders
                                .computeIfAbsent(
                                        store.name(), s -> ask(of(store), () -> store.orders(EVIDENCE), List.of()))
                                .stream())
                .filter(order -> order.gtrid().equals(gtrid))
                .toList();
    }

    private List<String> notes(Gtrid gtrid, List<Part> parts, Optional<DecisionStore> home) {
        List<String> notes = new ArrayList<>(problems());
        if (home.isEmpty() && silentHome(gtrid).isEmpty()) {
            notes.add("its decision store is not among "
                    + stores.stream().map(DecisionStore::name).toList() + ": its name has the hash "
                    + Integer.toHexString(gtrid.home()));
        }
        parts.stream()
                .filter(part -> !resources.containsKey(part.resource()))
                .forEach(part -> notes.add("branch " + part.xid().number() + " is on '" + part.resource()
                        + "', which is not among " + resources.keySet()));
        return notes;
    }
}
