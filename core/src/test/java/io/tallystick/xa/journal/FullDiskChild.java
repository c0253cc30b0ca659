package io.tallystick.xa.journal;

import io.tallystick.disk.FileDisk;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.journal.JournalDecisionStore.Setup;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;

/** A process with a journal on a small file system of its own, which it fills: says {@link #HOLDS} when everything was as it must be. */
final class FullDiskChild {

    static final String HOLDS = "nothing was lost on the full disk";
    private static final int SEGMENT = 32 << 10;

    private FullDiskChild() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Path ballast = directory.resolve("ballast");
        int written;
        try (JournalDecisionStore store = open(directory)) {
            fill(ballast);
            written = decideUntilRefused(store);
            expect("told and there", written, store.unfinished(1, 100_000).size());
            String refusal = refusal(() -> store.abort(gtrid(1_000_000)));
            expect("a tombstone is refused too", true, refusal.contains("No space left"));
        }
        String refusal = refusal(() -> open(directory));
        expect("no journal is opened on a full disk", true, refusal.contains("No space left"));
        Files.delete(ballast);
        try (JournalDecisionStore store = open(directory)) {
            expect("there afterwards", written, store.unfinished(1, 100_000).size());
            expect("room again", Verdict.COMMIT, store.commit(JournalChild.decision(gtrid(written + 1))));
        }
        System.out.println(HOLDS + ": " + written + " decisions");
    }

    private static JournalDecisionStore open(Path directory) {
        return JournalDecisionStore.open(
                directory, new FileDisk(directory), new Setup("journal", InstantSource.system(), SEGMENT));
    }

    private static void fill(Path ballast) throws IOException {
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            expect("the disk is full", true, String.valueOf(full.getMessage()).contains("No space left"));
        }
    }

    private static int decideUntilRefused(JournalDecisionStore store) {
        int written = 0;
        while (true) {
            try {
                store.commit(JournalChild.decision(gtrid(written + 1)));
                written++;
            } catch (UnavailableException e) {
                expect("refused for this reason: " + e.getMessage(), true, written > 50);
                return written;
            }
        }
    }

    private static String refusal(Runnable act) {
        try {
            act.run();
            return "";
        } catch (UnavailableException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }

    private static Gtrid gtrid(long number) {
        return new Gtrid(1, 1, 1, 1, number, Instant.EPOCH);
    }
}
