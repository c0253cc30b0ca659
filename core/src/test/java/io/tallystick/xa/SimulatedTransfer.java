package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An application that writes one row in each of some databases in one transaction, and remembers what it was told. */
final class SimulatedTransfer {

    private final XaWorld world;
    private final Simulation sim;
    private final String row;
    /** The databases that said that the row is written. */
    private final Set<InMemoryDatabase> written = new LinkedHashSet<>();

    private final Set<InMemoryDatabase> tried = new LinkedHashSet<>();
    private @Nullable XaTransaction transaction;
    private @Nullable XaOutcome told;
    private SimulatedXaEngine.@Nullable Life process;

    SimulatedTransfer(XaWorld world, int number) {
        this.world = world;
        this.sim = world.sim;
        this.row = "transfer-" + number;
    }

    void begin() {
        SimulatedXaEngine.Life life = world.any(world.engines()).life();
        if (life != null) {
            world.fibers.start(row, life, () -> run(life));
        }
    }

    private void run(SimulatedXaEngine.Life life) {
        XaTransaction mine = life.engine.begin();
        transaction = mine;
        process = life;
        try {
            work(mine);
        } catch (TallystickException e) {
            rollBack(mine);
            return;
        }
        double end = sim.random().nextDouble();
        if (end < 0.03) {
            return; // forgotten: it times out
        }
        if (end < 0.08) {
            rollBack(mine);
            return;
        }
        if (end < 0.12) {
            mine.setRollbackOnly("at random");
        }
        if (end > 0.95) {
            world.fibers.start(row + " is named", life, () -> name(mine));
        } else if (end > 0.85) {
            world.fibers.start(row + " gets one more", life, () -> joinLate(mine));
            world.fibers.pause(sim.between(Duration.ZERO, Duration.ofMillis(30)));
        }
        commit(mine);
    }

    private static void name(XaTransaction mine) {
        try {
            mine.name();
        } catch (TallystickException e) {
            // no store
        }
    }

    /** While it is being committed: either the branch takes part, or it is refused. */
    private void joinLate(XaTransaction mine) {
        world.fibers.pause(sim.between(Duration.ZERO, Duration.ofMillis(20)));
        try {
            write(mine, world.any(world.databases()));
        } catch (TallystickException e) {
            // too late
        }
    }

    private void work(XaTransaction mine) {
        List<InMemoryDatabase> which = new ArrayList<>(world.databases());
        Collections.shuffle(which, new Random(sim.random().nextLong()));
        if (sim.chance(0.1)) {
            mine.name();
        }
        for (InMemoryDatabase database : which.subList(0, 1 + sim.random().nextInt(3))) {
            if (sim.chance(0.85)) {
                write(mine, database);
            } else {
                mine.branch(database.name);
            }
        }
        if (sim.chance(0.1)) {
            world.fibers.pause(sim.between(Duration.ZERO, Duration.ofSeconds(10)));
        }
    }

    private void write(XaTransaction mine, InMemoryDatabase database) {
        InMemoryBranchDriver.InMemoryBranch branch = (InMemoryBranchDriver.InMemoryBranch) mine.branch(database.name);
        tried.add(database);
        branch.write(row);
        written.add(database);
    }

    private void commit(XaTransaction mine) {
        try {
            mine.commit();
            told = XaOutcome.COMMITTED;
        } catch (RolledBackException e) {
            told = XaOutcome.ROLLED_BACK;
        } catch (OutcomeUnknownException e) {
            told = XaOutcome.UNKNOWN;
        } catch (HeuristicException e) {
            told = XaOutcome.MIXED;
        }
    }

    private void rollBack(XaTransaction mine) {
        try {
            mine.rollback();
            told = XaOutcome.ROLLED_BACK;
        } catch (OutcomeUnknownException e) {
            told = XaOutcome.UNKNOWN;
        } catch (HeuristicException e) {
            told = XaOutcome.MIXED;
        }
    }

    // ---- what must hold

    private boolean byHand() {
        return transaction != null
                && transaction.gtrid().map(world.book::wasByHand).orElse(false);
    }

    /** At any time. */
    void checkWhatWasTold() {
        if (told == null || byHand()) {
            return;
        }
        if (told == XaOutcome.ROLLED_BACK) {
            for (InMemoryDatabase database : tried) {
                if (database.contains(row)) {
                    throw new AssertionError(this + " was told to be rolled back, and is in " + database.name);
                }
            }
        }
        if (told == XaOutcome.MIXED) {
            throw new AssertionError("I9: " + this + " was told to be mixed, and nobody interfered");
        }
    }

    /** When all is over. */
    void checkTheEnd() {
        if (transaction == null || byHand()) {
            checkEvidence();
            return;
        }
        boolean committed = told == XaOutcome.COMMITTED || tried.stream().anyMatch(d -> d.contains(row));
        if (committed) {
            assertThat(written.stream().filter(d -> !d.contains(row)).map(d -> d.name))
                    .as("I7: %s was committed, and is missing in these", this)
                    .isEmpty();
        }
        if (told == XaOutcome.UNKNOWN) {
            checkSettled(committed);
        }
    }

    /** Who was told "unknown" can ask. Of what has written nothing no database shows what became of it. */
    private void checkSettled(boolean committed) {
        if (tried.isEmpty()
                || transaction == null
                || transaction.gtrid().isEmpty()
                || transaction.phase() == XaPhase.UNKNOWN) {
            return;
        }
        XaTrial.whoHeardUnknownCanLearn(this, committed, verdict());
    }

    /** What its decision store says now. */
    private Optional<Verdict> verdict() {
        Optional<Gtrid> gtrid = transaction == null ? Optional.empty() : transaction.gtrid();
        return gtrid.flatMap(id -> world.stores().stream()
                .filter(s -> Gtrid.hash(s.name()) == id.home())
                .findFirst()
                .flatMap(s -> s.lookup(id)));
    }

    /** With the process evidence may be lost that no store took while it lived; it is in the log then. */
    private void checkEvidence() {
        if (told == XaOutcome.MIXED && process != null && !process.isDead()) {
            assertThat(world.stores().stream()
                            .flatMap(s -> s.heuristics(1000).stream())
                            .filter(h -> transaction != null
                                    && h.branch()
                                            .gtrid()
                                            .equals(transaction.gtrid().orElse(null))))
                    .as("I9: evidence of %s", this)
                    .isNotEmpty();
        }
    }

    @Override
    public String toString() {
        return row + " " + (transaction == null ? "(not begun)" : transaction) + ", told " + told + ", written in "
                + written.stream().map(d -> d.name).toList();
    }
}
