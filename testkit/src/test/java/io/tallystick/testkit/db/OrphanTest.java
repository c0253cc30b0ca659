package io.tallystick.testkit.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashResult;
import io.tallystick.testkit.crash.CrashRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is left when a JVM with servers is killed: no process, no directory. */
class OrphanTest {
    private static final Duration LONG = Duration.ofSeconds(120);

    @Test
    void a_killed_jvm_takes_its_servers_and_their_data_with_it() {
        try (ChildJvm child = CrashRunner.of(StartServers.class, "POSTGRESQL", "MARIADB", "MYSQL")
                .start()) {
            List<Left> left = servers(child, 3);
            assertThat(left).allMatch(Left::isRunning);
            child.kill();
            await().atMost(LONG).until(() -> left.stream().noneMatch(Left::isRunning));
            await().atMost(LONG).until(() -> left.stream().noneMatch(Left::hasDirectory));
        }
    }

    @Test
    void even_without_its_guardian_an_orphan_is_ended_by_the_next_start(@TempDir Path folder) {
        // in a folder of its own: in the common one any other JVM may be the one that starts a server next, at any
        // moment
        String temporary = "-Djava.io.tmpdir=" + folder;
        try (ChildJvm child = CrashRunner.of(StartServers.class, "MARIADB")
                .jvmOption(temporary)
                .start()) {
            List<Left> left = servers(child, 1);
            // of the JVM's two children one is the server, the other its guardian
            ProcessHandle.of(child.pid())
                    .orElseThrow()
                    .children()
                    .filter(process -> process.pid() != left.get(0).pid())
                    .forEach(ProcessHandle::destroyForcibly);
            child.kill();
            assertThat(left).allMatch(Left::isRunning);

            CrashResult next =
                    CrashRunner.of(StartAndClose.class).jvmOption(temporary).runAt(0);
            assertThat(next.exitStatus()).as(next.output()).isZero();
            await().atMost(LONG).until(() -> left.stream().noneMatch(Left::isRunning));
            assertThat(left).noneMatch(Left::hasDirectory);
        }
    }

    private record Left(long pid, Path directory) {
        /** Reaped or not: a process that nobody waits for keeps its id, but not its command line. */
        boolean isRunning() {
            return ProcessHandle.of(pid)
                    .flatMap(process -> process.info().commandLine())
                    .filter(line -> line.contains(directory.toString()))
                    .isPresent();
        }

        boolean hasDirectory() {
            return Files.exists(directory);
        }
    }

    private static List<Left> servers(ChildJvm child, int count) {
        child.awaitOutput("all started", LONG);
        List<Left> servers = child.output()
                .lines()
                .filter(line -> line.startsWith("server "))
                .map(line -> line.split(" "))
                .map(parts -> new Left(Long.parseLong(parts[1]), Path.of(parts[2])))
                .toList();
        assertThat(servers).hasSize(count);
        return servers;
    }

    /** The child that comes next. */
    static final class StartAndClose {
        public static void main(String[] none) {
            TestDatabases.postgres().start().close();
        }
    }

    /** The child: starts servers and stays. */
    static final class StartServers {
        public static void main(String[] engines) throws InterruptedException {
            for (String engine : engines) {
                TestDatabase db = TestDatabases.of(Engine.valueOf(engine)).start();
                System.out.println(
                        "server " + db.pid() + " " + db.dataDirectory().getParent());
            }
            System.out.println("all started");
            new CountDownLatch(1).await();
        }
    }
}
