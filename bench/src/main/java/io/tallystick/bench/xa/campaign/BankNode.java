package io.tallystick.bench.xa.campaign;

import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A process of the bank, through all its lives. Not thread-safe: one fault at a time. */
final class BankNode implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final String name;
    private final Class<?> main;
    private final String ready;
    private final Path setup;
    private @Nullable ChildJvm child;
    private int life;

    BankNode(String name, Class<?> main, String ready, Path setup) {
        this.name = name;
        this.main = main;
        this.ready = ready;
        this.setup = setup;
    }

    /** Does not wait until it is ready. */
    void start() {
        life++;
        child = CrashRunner.of(main, setup.toString(), Integer.toString(life))
                .environment("TALLY_LOG", "INFO")
                .start();
    }

    void awaitReady() {
        running().awaitOutput(ready, PATIENCE);
    }

    /** With SIGKILL; frozen ones too. */
    void kill() {
        ChildJvm killed = running();
        if (!killed.isAlive()) {
            throw new IllegalStateException(name + " ended by itself. Its output:\n" + killed.output());
        }
        killed.kill();
        keepOutput(killed);
        killed.close();
    }

    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    /** What each of its threads does just now goes to its output. */
    void sayWhatItDoes() {
        signal("QUIT");
    }

    private void signal(String signal) {
        try {
            int status = new ProcessBuilder(
                            "kill", "-" + signal, Long.toString(running().pid()))
                    .start()
                    .waitFor();
            if (status != 0) {
                throw new IllegalStateException(name + " could not be sent SIG" + signal + ": status " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void keepOutput(ChildJvm of) {
        try {
            Files.writeString(setup.resolveSibling("life-" + life + ".out"), of.output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ChildJvm running() {
        ChildJvm there = child;
        if (there == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return there;
    }

    /** Which file the present life notes its answers in. */
    String notes() {
        return name + "-" + life + ".log";
    }

    @Override
    public void close() {
        ChildJvm there = child;
        if (there != null && there.isAlive()) {
            kill();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
