package io.tallystick.testkit.crash;

import io.tallystick.testkit.internal.Guardian;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A running child JVM, with its output kept. It never outlives this JVM. Thread-safe.
 */
public final class ChildJvm implements AutoCloseable {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Process process;
    private final Path directory;
    private final Path output;

    private ChildJvm(Process process, Path directory, Path output) {
        this.process = process;
        this.directory = directory;
        this.output = output;
    }

    static ChildJvm start(List<String> command, Map<String, String> environment) {
        try {
            Path directory = Files.createTempDirectory("tallystick-child-");
            Path output = directory.resolve("output.log");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            Guardian.watch(process, "KILL", directory);
            return new ChildJvm(process, directory, output);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.get(0), e);
        }
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** True while it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Everything it wrote so far, to both streams. */
    public String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the output of process " + pid(), e);
        }
    }

    /**
     * Waits until its output contains this text.
     *
     * @throws AssertionError when it ends before, or does not write it in time
     */
    public ChildJvm awaitOutput(String text, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!output().contains(text)) {
            boolean ended = !process.isAlive();
            if (ended && output().contains(text)) {
                return this;
            }
            if (ended || System.nanoTime() - deadline > 0) {
                throw new AssertionError("expected the child to write '" + text + "' within " + atMost + ", found it "
                        + (ended ? "ended with status " + process.exitValue() : "silent") + ". Its output:\n"
                        + output());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return this;
    }

    /** Kills it with SIGKILL and waits until it is gone. */
    public CrashResult kill() {
        process.destroyForcibly();
        return await(Duration.ofSeconds(30));
    }

    /**
     * Waits until it ends.
     *
     * @throws AssertionError when it does not end in time; it is killed then
     */
    public CrashResult await(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError(
                        "expected the child to end within " + atMost + "; it was killed. Its output:\n" + output());
            }
            return new CrashResult(process.exitValue(), output());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for process " + pid(), e);
        }
    }

    /** Kills it if it still runs, and deletes its output. */
    @Override
    public void close() {
        try {
            process.destroyForcibly().waitFor();
            Files.deleteIfExists(output);
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
