package io.tallystick.xa.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.disk.FileDisk;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.journal.JournalDecisionStore.Setup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are really full: the operating system says so, nothing of ours. */
class JournalFullDiskTest {

    private static final String NO_MOUNT = "no file system of its own";

    /** In name spaces of its own a process may mount whoever it is, and what it mounts is gone with it. */
    private static final String ON_A_SMALL_DISK =
            "mount -t tmpfs -o size=256k tmpfs \"$0\" || { echo '" + NO_MOUNT + "'; exit 0; }; exec \"$@\"";

    @TempDir
    private Path directory;

    @Test
    void on_a_file_system_without_room_decisions_are_refused_and_nothing_is_lost() throws Exception {
        List<String> command = List.of(
                "unshare",
                "-Urm",
                "sh",
                "-c",
                ON_A_SMALL_DISK,
                directory.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                FullDiskChild.class.getName(),
                directory.toString());
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
        if (output.contains(NO_MOUNT) || output.contains("unshare")) {
            // where not even that is allowed, the device that is always full has to do
            on_a_device_that_is_always_full_decisions_are_refused_and_nothing_is_lost();
        } else {
            assertThat(output).contains(FullDiskChild.HOLDS);
        }
    }

    @Test
    void on_a_device_that_is_always_full_decisions_are_refused_and_nothing_is_lost() throws IOException {
        Path spare = directory.resolve("spare");
        int written = 0;
        try (JournalDecisionStore store = open()) {
            RuntimeException refusal = null;
            while (refusal == null) {
                // whatever file the next segment would be made in
                Files.deleteIfExists(spare);
                Files.createSymbolicLink(spare, Path.of("/dev/full"));
                try {
                    store.commit(decision(written + 1));
                    written++;
                } catch (UnavailableException e) {
                    refusal = e;
                }
            }
            assertThat(refusal).hasMessageContaining("No space left");
            assertThat(written).isGreaterThan(20);
            Files.createSymbolicLink(spare, Path.of("/dev/full"));
            assertThatThrownBy(() -> store.abort(decision(1_000_000).gtrid())).isInstanceOf(UnavailableException.class);
            assertThat(store.unfinished(1, 10_000)).hasSize(written);
            Files.deleteIfExists(spare);
            assertThat(store.commit(decision(written + 1))).isEqualTo(Verdict.COMMIT);
        }
        try (JournalDecisionStore after = open()) {
            assertThat(after.unfinished(1, 10_000)).hasSize(written + 1);
        }
    }

    private JournalDecisionStore open() {
        return JournalDecisionStore.open(
                directory, new FileDisk(directory), new Setup("journal", InstantSource.system(), 8 << 10));
    }

    private static io.tallystick.xa.DecisionRecord decision(long number) {
        return JournalChild.decision(new Gtrid(1, 1, 1, 1, number, Instant.EPOCH));
    }
}
