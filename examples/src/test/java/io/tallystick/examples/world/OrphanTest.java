package io.tallystick.examples.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.examples.points.PointsPlay;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A world whose process is killed leaves no process behind. */
class OrphanTest {

    @Test
    void when_the_parent_is_killed_its_services_and_databases_end_too() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<ProcessHandle> children = childrenOnceOpen(parent);

        parent.destroyForcibly().waitFor();

        assertThat(children).as("services and databases").hasSizeGreaterThan(3);
        await().atMost(Duration.ofSeconds(120))
                .untilAsserted(() -> assertThat(children).noneMatch(OrphanTest::isRunning));
    }

    private static List<ProcessHandle> childrenOnceOpen(Process parent) throws IOException {
        try (BufferedReader out = parent.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.equals("OPEN")) {
                line = out.readLine();
            }
            assertThat(line).as("what the parent says once its world is open").isEqualTo("OPEN");
            try (Stream<ProcessHandle> all = parent.descendants()) {
                return all.toList();
            }
        }
    }

    /** A process that ended but was not reaped, because the reaper of this machine is slow, does not run. */
    private static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    /** Opens a world and waits to be killed. */
    static final class Parent {
        public static void main(String[] args) throws Exception {
            World.open(
                    1,
                    new PointsPlay()
                            .roles().stream()
                                    .filter(role -> role.peers().isEmpty())
                                    .toList());
            System.out.println("OPEN");
            System.out.flush();
            new java.util.concurrent.CountDownLatch(1).await();
        }
    }
}
