package io.tallystick.xa.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.disk.Disk;
import io.tallystick.disk.FileDisk;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.journal.JournalDecisionStore.Setup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What disks, operators and kill -9 do to a journal. */
class JournalFaultTest {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int SMALL = 64 << 10;

    @TempDir
    private Path directory;

    private JournalDecisionStore open(Path where) {
        return open(where, new FileDisk(where), SMALL);
    }

    private static JournalDecisionStore open(Path where, Disk disk, int segmentBytes) {
        return JournalDecisionStore.open(where, disk, new Setup("journal", InstantSource.system(), segmentBytes));
    }

    private static Gtrid gtrid(long number) {
        return new Gtrid(1, 1, 1, 1, number, Instant.EPOCH);
    }

    private static List<DecisionRecord> commit(JournalDecisionStore store, int count) {
        List<DecisionRecord> decisions = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            DecisionRecord decision = JournalChild.decision(gtrid(i));
            assertThat(store.commit(decision)).isEqualTo(Verdict.COMMIT);
            decisions.add(decision);
        }
        return decisions;
    }

    /** The files as a power failure would leave them. */
    private Path crashed(String name) throws IOException {
        Path copy = directory.resolveSibling(directory.getFileName() + name);
        Files.createDirectories(copy);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith("journal-"))
                    .toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    private static Path segment(Path where) throws IOException {
        try (Stream<Path> files = Files.list(where)) {
            return files.filter(f -> f.getFileName().toString().startsWith("journal-"))
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    /** Where the frames of the newest segment begin, and where the last one ends. */
    private static List<Integer> frames(Path segment) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
        long number = Frames.header("", bytes).segment();
        List<Integer> offsets = new ArrayList<>(List.of(Frames.HEADER));
        Frames.read("", number, bytes)
                .forEach(content -> offsets.add(offsets.get(offsets.size() - 1) + Frames.size(content.length)));
        return offsets;
    }

    private static void damage(Path segment, int from, int length) throws IOException {
        byte[] bytes = Files.readAllBytes(segment);
        for (int i = from; i < from + length; i++) {
            bytes[i] ^= 0x55;
        }
        Files.write(segment, bytes);
    }

    @Test
    void a_last_frame_that_was_torn_is_left_out_and_all_before_it_is_there() throws IOException {
        List<DecisionRecord> decisions;
        try (JournalDecisionStore store = open(directory)) {
            decisions = commit(store, 10);
            List<Integer> frames = frames(segment(crashed("probe")));
            int last = frames.get(frames.size() - 2);
            int end = frames.get(frames.size() - 1);
            for (int torn = last; torn < end - 8; torn += 8) {
                Path copy = crashed("torn" + torn);
                damage(segment(copy), torn, Math.min(end - torn, 16));
                assertWhole(copy, decisions.subList(0, 9));
            }
        }
    }

    private void assertWhole(Path copy, List<DecisionRecord> expected) {
        try (JournalDecisionStore after = open(copy)) {
            assertThat(after.unfinished(1, 100)).containsExactlyElementsOf(expected);
            assertThat(after.commit(JournalChild.decision(gtrid(99)))).isEqualTo(Verdict.COMMIT);
        }
        try (JournalDecisionStore again = open(copy)) {
            assertThat(again.unfinished(1, 100)).hasSize(expected.size() + 1);
        }
    }

    @Test
    void a_damaged_frame_in_the_middle_stops_with_the_file_and_the_offset() throws IOException {
        try (JournalDecisionStore store = open(directory)) {
            commit(store, 10);
            List<Integer> frames = frames(segment(crashed("probe")));
            for (int which = 0; which < frames.size() - 2; which++) {
                Path copy = crashed("damaged" + which);
                damage(segment(copy), frames.get(which) + 14, 4);
                assertThatThrownBy(() -> open(copy))
                        .isInstanceOf(CorruptionException.class)
                        .hasMessageContaining(segment(copy).getFileName().toString())
                        .hasMessageContaining("offset " + frames.get(which));
            }
            Path noHeader = crashed("header");
            damage(segment(noHeader), 20, 1);
            assertThatThrownBy(() -> open(noHeader)).isInstanceOf(CorruptionException.class);
        }
    }

    @Test
    void a_second_opener_is_told_who_has_the_directory() {
        JournalDecisionStore first = open(directory);
        commit(first, 1);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> open(directory))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(
                            "already in use by pid " + ProcessHandle.current().pid());
        }
        // and the attempts have not loosened the first one's lock
        assertThat(CrashRunner.run(JournalChild.class, directory.toString()).output())
                .contains("already in use by pid");
        first.close();
        open(directory).close();
    }

    @Test
    void two_journals_that_people_gave_one_name_are_two_homes() throws IOException {
        Path other = Files.createDirectories(directory.resolve("other"));
        try (JournalDecisionStore one = open(directory.resolve("one"));
                JournalDecisionStore two = open(other)) {
            assertThat(one.name()).startsWith("journal-").isNotEqualTo(two.name());
        }
        String before;
        try (JournalDecisionStore two = open(other)) {
            before = two.name();
        }
        try (JournalDecisionStore two = open(other)) {
            assertThat(two.name()).isEqualTo(before);
        }
    }

    @Test
    void after_kill_9_everything_that_was_told_is_there() {
        SplittableRandom random = new SplittableRandom();
        int lastEpoch = 0;
        for (int round = 0; round < 6; round++) {
            String output;
            try (ChildJvm child =
                    CrashRunner.of(JournalChild.class, directory.toString()).start()) {
                int words = 10 + random.nextInt(3_000);
                child.awaitOutput("ready", LONG);
                assertThatThrownBy(() -> open(directory)).hasMessageContaining("already in use by pid " + child.pid());
                Awaitility.await().until(() -> child.output().length() > words * 70);
                output = child.kill().output();
            }
            try (JournalDecisionStore after = open(directory)) {
                output.lines().filter(line -> line.endsWith(" told")).forEach(line -> assertTold(after, line));
                Life next = after.register(1, 1, LONG);
                assertThat(next.epoch()).isGreaterThan(lastEpoch + 1);
                lastEpoch = next.epoch();
            }
        }
    }

    private static void assertTold(JournalDecisionStore after, String line) {
        String[] words = line.split(" ");
        assertThat(after.lookup(Gtrid.parse(words[1]))).as(line).contains(Verdict.valueOf(words[0]));
    }

    @Test
    void when_forcing_fails_the_outcome_is_unknown_and_the_next_question_settles_it() throws IOException {
        FaultyDisk disk = new FaultyDisk(new FileDisk(directory));
        try (JournalDecisionStore store = open(directory, disk, SMALL)) {
            List<DecisionRecord> durable = commit(store, 3);
            DecisionRecord doubtful = JournalChild.decision(gtrid(50));
            disk.failForce(true);

            assertThatThrownBy(() -> store.commit(doubtful)).isInstanceOf(UnknownOutcomeException.class);
            assertThatThrownBy(() -> store.abort(doubtful.gtrid())).isInstanceOf(UnavailableException.class);
            assertThatThrownBy(() -> store.commit(JournalChild.decision(gtrid(51))))
                    .isInstanceOf(UnavailableException.class);
            assertThat(store.lookup(doubtful.gtrid())).isEmpty();
            disk.failForce(false);

            assertThat(store.abort(doubtful.gtrid())).isEqualTo(Verdict.ABORT);
            assertThat(store.commit(doubtful)).isEqualTo(Verdict.ABORT);
            assertThat(store.unfinished(1, 10)).containsExactlyElementsOf(durable);
            try (JournalDecisionStore after = open(crashed("later"))) {
                assertThat(after.lookup(doubtful.gtrid())).contains(Verdict.ABORT);
                assertThat(after.unfinished(1, 10)).containsExactlyElementsOf(durable);
            }
        }
    }

    @Test
    void a_crash_while_the_outcome_is_unknown_leaves_one_verdict_for_all() throws IOException {
        FaultyDisk disk = new FaultyDisk(new FileDisk(directory));
        try (JournalDecisionStore store = open(directory, disk, SMALL)) {
            DecisionRecord doubtful = JournalChild.decision(gtrid(50));
            disk.failForce(true);
            assertThatThrownBy(() -> store.commit(doubtful)).isInstanceOf(UnknownOutcomeException.class);
            // the bytes were in the cache: after the crash the decision is there, and it is made durable before anybody
            // hears of it
            Path copy = crashed("now");
            try (JournalDecisionStore after = open(copy)) {
                assertThat(after.abort(doubtful.gtrid())).isEqualTo(Verdict.COMMIT);
            }
            try (JournalDecisionStore again = open(copy)) {
                assertThat(again.lookup(doubtful.gtrid())).contains(Verdict.COMMIT);
            }
            disk.failForce(false);
        }
    }

    @Test
    void on_a_full_disk_decisions_are_refused_and_nothing_is_lost() throws IOException {
        FaultyDisk disk = new FaultyDisk(new FileDisk(directory));
        try (JournalDecisionStore store = open(directory, disk, SMALL)) {
            disk.fill(true);
            int written = 0;
            RuntimeException refusal = null;
            while (refusal == null) {
                try {
                    store.commit(JournalChild.decision(gtrid(written + 1)));
                    written++;
                } catch (UnavailableException e) {
                    refusal = e;
                }
            }
            assertThat(refusal).hasMessageContaining("No space left");
            assertThat(written).as("the spare file still took some").isGreaterThan(100);
            assertThat(store.unfinished(1, 10_000)).hasSize(written);
            assertThatThrownBy(() -> store.abort(gtrid(1_000_000))).isInstanceOf(UnavailableException.class);
            try (JournalDecisionStore after = open(crashed("full"))) {
                assertThat(after.unfinished(1, 10_000)).hasSize(written);
            }
            disk.fill(false);
            assertThat(store.commit(JournalChild.decision(gtrid(written + 1)))).isEqualTo(Verdict.COMMIT);
            assertThat(store.unfinished(1, 10_000)).hasSize(written + 1);
        }
    }

    @Test
    void the_directory_does_not_grow_with_what_has_ended() throws IOException {
        try (JournalDecisionStore store = open(directory, new FileDisk(directory), 8 << 10)) {
            Life life = store.register(1, 1, LONG);
            for (int i = 1; i <= 2_000; i++) {
                Gtrid gtrid = new Gtrid(1, 1, 1, life.epoch(), i, Instant.EPOCH);
                store.commit(JournalChild.decision(gtrid));
                store.end(List.of(gtrid));
            }
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.mapToLong(file -> file.toFile().length()).sum())
                        .isLessThan(64 << 10);
            }
        }
    }

    @Test
    void what_cannot_be_written_is_refused_and_hurts_nobody_else() {
        try (JournalDecisionStore store = open(directory)) {
            Gtrid gtrid = gtrid(1);
            DecisionRecord tooLong = new DecisionRecord(
                    gtrid,
                    java.util.Collections.nCopies(
                            1_000, JournalChild.decision(gtrid).branches().get(0)),
                    Instant.EPOCH);
            assertThatThrownBy(() -> store.commit(tooLong))
                    .isInstanceOf(UnavailableException.class)
                    .hasRootCauseInstanceOf(RejectedException.class)
                    .hasMessageContaining("branches of one transaction");
            assertThat(store.lookup(gtrid)).isEmpty();
            commit(store, 2);
        }
    }
}
