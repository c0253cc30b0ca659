package io.tallystick.xa.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.sim.SeedTest;
import io.tallystick.testkit.sim.Simulation;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.journal.JournalDecisionStore.Setup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random decisions on a disk that loses power, kills the process and fails to force, again and again. Always: what was told is there,
 * what was said not to have happened is not, an epoch never comes twice, and no crash is taken for damage.
 */
class JournalPowerFailureTest {

    @TempDir
    private Path lockDirectory;

    private final Map<Gtrid, Verdict> told = new HashMap<>();
    private final Set<Gtrid> ended = new HashSet<>();
    private final Set<Gtrid> refused = new HashSet<>();
    private final Set<Gtrid> unknown = new HashSet<>();
    private int lastEpoch;
    private long counter;

    @SeedTest(seeds = 150)
    void what_was_told_survives(Simulation sim) {
        SplittableRandom random = new SplittableRandom(sim.seed());
        SimulatedDisk disk = new SimulatedDisk(random.split());
        for (int round = 0; round < 8; round++) {
            disk.failForces(random.nextInt(3) == 0 ? 0.1 : 0);
            disk.dieAfter(random.nextInt(80));
            live(disk, random);
            comeUp(disk, random);
            if (random.nextBoolean()) {
                disk.dieAfter(random.nextInt(20));
                dieWhileOpening(disk);
                comeUp(disk, random);
            }
            try (JournalDecisionStore store = open(disk)) {
                check(store);
            }
        }
    }

    private static void comeUp(SimulatedDisk disk, SplittableRandom random) {
        if (random.nextBoolean()) {
            disk.afterPowerFailure();
        } else {
            disk.afterKill();
        }
    }

    private void dieWhileOpening(SimulatedDisk disk) {
        try {
            open(disk).close();
        } catch (UnavailableException | UnknownOutcomeException diedAtTheStart) {
            // nothing was told
        }
    }

    private JournalDecisionStore open(SimulatedDisk disk) {
        return JournalDecisionStore.open(lockDirectory, disk, new Setup("journal", InstantSource.system(), 4 << 10));
    }

    private void live(SimulatedDisk disk, SplittableRandom random) {
        try (JournalDecisionStore store = open(disk)) {
            Life life = store.register(1, 1, Duration.ofMinutes(1));
            assertThat(life.epoch()).isGreaterThan(lastEpoch);
            lastEpoch = life.epoch();
            for (int i = 0; i < 30; i++) {
                act(store, life, random);
            }
        } catch (UnavailableException | UnknownOutcomeException diedAtTheStart) {
            // nothing was told
        }
    }

    private void act(JournalDecisionStore store, Life life, SplittableRandom random) {
        List<Gtrid> open = new ArrayList<>(unknown);
        if (!open.isEmpty() && random.nextBoolean()) {
            settle(store, open.get(0));
            return;
        }
        Gtrid gtrid = new Gtrid(1, 1, 1, life.epoch(), ++counter, Instant.EPOCH);
        try {
            Verdict verdict = random.nextInt(4) == 0 ? store.abort(gtrid) : store.commit(JournalChild.decision(gtrid));
            told.put(gtrid, verdict);
            if (verdict == Verdict.COMMIT && random.nextInt(3) > 0) {
                store.end(List.of(gtrid));
                ended.add(gtrid);
            }
        } catch (UnavailableException e) {
            refused.add(gtrid);
        } catch (TallystickException e) {
            unknown.add(gtrid);
        }
    }

    private void settle(JournalDecisionStore store, Gtrid gtrid) {
        try {
            told.put(gtrid, store.abort(gtrid));
            unknown.remove(gtrid);
        } catch (TallystickException e) {
            // still unknown
        }
    }

    private void check(JournalDecisionStore store) {
        told.forEach((gtrid, verdict) -> {
            if (!ended.contains(gtrid) || store.lookup(gtrid).isPresent()) {
                assertThat(store.lookup(gtrid)).as("told of " + gtrid).contains(verdict);
            }
        });
        assertThat(refused).allMatch(gtrid -> store.lookup(gtrid).isEmpty());
        for (Gtrid gtrid : List.copyOf(unknown)) {
            store.lookup(gtrid).ifPresent(verdict -> {
                told.put(gtrid, verdict);
                unknown.remove(gtrid);
            });
        }
    }
}
