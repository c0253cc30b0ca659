package io.tallystick.testkit.db;

import io.tallystick.testkit.internal.Guardian;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A server as a direct child of the JVM, with a {@link Guardian}. The server waits for a word before it starts, so it
 * never runs unwatched.
 */
final class ServerProcess {
    private static final String START_WHEN_TOLD = "read -r word || exit 1; exec \"$@\" </dev/null";

    private static final long STOP_SECONDS = 60;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Process server;

    private ServerProcess(Process server) {
        this.server = server;
    }

    /**
     * @param directory deleted by the guardian when the JVM is gone
     * @param lastSignal what the guardian sends first; must end the server without waiting for clients
     */
    static ServerProcess start(List<String> command, Path directory, Path log, String lastSignal) {
        List<String> waiting = new ArrayList<>(List.of("sh", "-c", START_WHEN_TOLD, "sh"));
        waiting.addAll(command);
        try {
            Process server = new ProcessBuilder(waiting)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            Guardian.watch(server, lastSignal, directory);
            tell(server);
            return new ServerProcess(server);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.get(0), e);
        }
    }

    /** Ends servers that were started in a directory whose JVM and guardian are both gone. */
    static void endAllIn(Path directory) {
        ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains(directory + "/"))
                        .isPresent())
                .forEach(ProcessHandle::destroyForcibly);
    }

    long pid() {
        return server.pid();
    }

    boolean isAlive() {
        return server.isAlive();
    }

    /** SIGKILL to the server and everything it forked, all at once: nobody is left to tidy up, or in the way of a restart. */
    void kill() {
        List<Long> family = stopped();
        Commands.signal("KILL", family);
        await("SIGKILL");
        // a dead child keeps nothing, reaped or not; one that is still dying keeps its shared memory
        family.forEach(pid -> awaitState(pid, "ZX", "SIGKILL"));
    }

    void stop(String signal) {
        Commands.signal("CONT", family());
        Commands.signal(signal, List.of(pid()));
        await("SIG" + signal);
    }

    /** Returns when all of it stands still: a process may go on for a moment after a signal. */
    void pause() {
        List<Long> family = stopped();
        Commands.signal("STOP", family);
        family.forEach(pid -> awaitState(pid, "TtZX", "SIGSTOP"));
    }

    /** The server, which has stopped, and everything it forked: the parent first, so that it forks nobody meanwhile. */
    private List<Long> stopped() {
        Commands.signal("STOP", List.of(pid()));
        awaitState(pid(), "TtZX", "SIGSTOP");
        return family();
    }

    void resume() {
        Commands.signal("CONT", family());
    }

    private List<Long> family() {
        List<Long> pids = new ArrayList<>(List.of(pid()));
        server.descendants().forEach(child -> pids.add(child.pid()));
        return pids;
    }

    private void await(String signal) {
        try {
            if (!server.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                server.destroyForcibly().waitFor();
                throw new TestDatabaseException("server process " + pid() + " did not end within " + STOP_SECONDS
                        + " s of " + signal + " and was killed");
            }
        } catch (InterruptedException e) {
            throw Commands.interrupted(e);
        }
    }

    private static void awaitState(long pid, String states, String signal) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        while (states.indexOf(state(pid)) < 0) {
            if (System.nanoTime() - deadline > 0) {
                throw new TestDatabaseException("process " + pid + " is in state " + state(pid) + " of Linux "
                        + STOP_SECONDS + " s after " + signal + ": expected one of " + states);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** As in proc(5): T is stopped, Z dead and not reaped; X when there is no such process. */
    private static char state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException gone) {
            return 'X';
        }
    }

    private static void tell(Process shell) throws IOException {
        try (OutputStream out = shell.getOutputStream()) {
            out.write('\n');
        }
    }
}
