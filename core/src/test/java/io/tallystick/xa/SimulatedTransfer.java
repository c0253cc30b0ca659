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

    SimulatedTransfer(XaWorld world, int number) {
        this.world = world;
        this.sim = world.sim;
        this.row = "transfer-" + number;
    }

    void begin() {
        SimulatedXaEngine.Life life = world.any(world.engines).life();
        if (life != null) {
            world.fibers.start(row, life, () -> run(life));
        }
    }

    private void run(SimulatedXaEngine.Life life) {
        XaTransaction mine = life.engine.begin();
        transaction = mine;
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
            world.fibers.start(row + " named", life, () -> name(mine));
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

    private void work(XaTransaction mine) {
        List<InMemoryDatabase> which = new ArrayList<>(world.databases);
        Collections.shuffle(which, new Random(sim.random().nextLong()));
        if (sim.chance(0.1)) {
            mine.name();
        }
        for (InMemoryDatabase database : which.subList(0, 1 + sim.random().nextInt(3))) {
            InMemoryBranchDriver.InMemoryBranch branch = (InMemoryBranchDriver.InMemoryBranch) mine.branch(database.name);
            if (sim.chance(0.85)) {
                tried.add(database);
                branch.write(row);
                written.add(database);
            }
        }
        if (sim.chance(0.1)) {
            world.fibers.pause(sim.between(Duration.ZERO, Duration.ofSeconds(10)));
        }
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
        return transaction != null && transaction.gtrid().map(world.book::wasByHand).orElse(false);
    }

    /** At any time. */
    void checkWhatWasTold() {
        if (byHand() || told == null) {
            return;
        }
        if (told == XaOutcome.ROLLED_BACK) {
            for (InMemoryDatabase database : tried) {
                assertThat(database.contains(row))
                        .as("%s was told to be rolled back, and is in %s", this, database.name)
                        .isFalse();
            }
        }
        if (told == XaOutcome.MIXED) {
            assertThat(byHand()).as("I9: %s was told to be mixed", this).isTrue();
        }
    }

    /** When all is over. */
    void checkTheEnd() {
        if (transaction == null || byHand()) {
            checkEvidence();
            return;
        }
        long there = tried.stream().filter(d -> d.contains(row)).count();
        if (there > 0 || told == XaOutcome.COMMITTED) {
            assertThat(tried.stream().filter(d -> !d.contains(row)).map(d -> d.name))
                    .as("%s is in %d databases, and missing in these", this, there)
                    .isEmpty();
        }
        if (told == XaOutcome.UNKNOWN) {
            checkSettled(there > 0);
        }
    }

    /** Who was told "unknown" can ask. */
    private void checkSettled(boolean committed) {
        Optional<Gtrid> gtrid = transaction == null ? Optional.empty() : transaction.gtrid();
        if (gtrid.isEmpty() || transaction.phase() == XaPhase.UNKNOWN) {
            return;
        }
        Optional<Verdict> verdict = world.stores.keySet().stream()
                .filter(s -> Gtrid.hash(s.name()) == gtrid.get().home())
                .findFirst()
                .flatMap(s -> s.lookup(gtrid.get()));
        if (committed) {
            assertThat(verdict).as("%s was told to be unknown, and was committed", this).contains(Verdict.COMMIT);
        } else {
            assertThat(verdict).as("%s was told to be unknown, and was not committed", this).isNotEqualTo(Optional.of(Verdict.COMMIT));
        }
    }

    private void checkEvidence() {
        if (told == XaOutcome.MIXED) {
            assertThat(world.stores.keySet().stream()
                            .flatMap(s -> s.heuristics(1000).stream())
                            .filter(h -> transaction != null
                                    && h.branch().gtrid().equals(transaction.gtrid().orElse(null))))
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
