package io.tallystick.xa.journal;

import io.tallystick.disk.FileDisk;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.journal.JournalDecisionStore.Setup;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A process that decides as fast as it can, in four threads, and says what it was told; to be killed. */
final class JournalChild {

    private JournalChild() {}

    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        JournalDecisionStore store = JournalDecisionStore.open(
                directory, new FileDisk(directory), new Setup("journal", InstantSource.system(), 32 << 10));
        Life life = store.register(1, 1, Duration.ofMinutes(1));
        AtomicLong counter = new AtomicLong();
        System.out.println("ready");
        for (int i = 0; i < 4; i++) {
            new Thread(() -> decide(store, life, counter)).start();
        }
    }

    private static void decide(JournalDecisionStore store, Life life, AtomicLong counter) {
        while (true) {
            long number = counter.incrementAndGet();
            Gtrid gtrid = new Gtrid(1, 1, 1, life.epoch(), number, Instant.EPOCH);
            Verdict verdict = number % 5 == 0 ? store.abort(gtrid) : store.commit(decision(gtrid));
            if (number % 5 > 2) {
                store.end(List.of(gtrid));
            } else {
                System.out.println(verdict + " " + gtrid + " told");
            }
        }
    }

    static DecisionRecord decision(Gtrid gtrid) {
        return new DecisionRecord(
                gtrid,
                List.of(new DecisionRecord.Voted(new BranchXid(gtrid, 1, 2, 3), "orders", "uuid", "xid8:1")),
                Instant.EPOCH);
    }
}
