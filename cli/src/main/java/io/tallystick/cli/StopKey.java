package io.tallystick.cli;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Turns Ctrl-C into a wish to stop; the second one ends the process. On a terminal it is read as a key, because as a signal it
 * would also reach the databases and services, which belong to the same group of processes.
 */
final class StopKey implements AutoCloseable {

    private static final int CTRL_C = 3;

    private final Runnable stop;
    private final @Nullable String savedTerminal;
    private final @Nullable SignalHandler savedHandler;
    private boolean wished;

    private StopKey(Runnable stop, @Nullable String savedTerminal) {
        this.stop = stop;
        this.savedTerminal = savedTerminal;
        this.savedHandler = Signal.handle(new Signal("INT"), signal -> wish());
    }

    /** For output into a pipe: only the process itself hears the signal. */
    static StopKey onSignal(Runnable stop) {
        return new StopKey(stop, null);
    }

    static StopKey onKey(Runnable stop) {
        String saved = stty("-g");
        StopKey key = new StopKey(stop, saved.isEmpty() ? null : saved);
        if (!saved.isEmpty()) {
            stty("-icanon -echo -isig min 1 time 0");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stty(saved), "terminal"));
            Thread reader = new Thread(key::read, "keys");
            reader.setDaemon(true);
            reader.start();
        }
        return key;
    }

    private void read() {
        try (InputStream keys = new FileInputStream("/dev/tty")) {
            int key;
            while ((key = keys.read()) >= 0) {
                if (key == CTRL_C || key == 'q' || key == '\n' || key == '\r') {
                    wish();
                }
            }
        } catch (IOException noTerminal) {
            wished = false;
        }
    }

    private synchronized void wish() {
        if (wished) {
            Runtime.getRuntime().exit(Exit.INTERRUPTED);
        }
        wished = true;
        stop.run();
    }

    @Override
    public void close() {
        if (savedHandler != null) {
            var unused = Signal.handle(new Signal("INT"), savedHandler);
        }
        if (savedTerminal != null) {
            stty(savedTerminal);
        }
    }

    private static String stty(String arguments) {
        try {
            Process process = new ProcessBuilder("/bin/sh", "-c", "stty " + arguments + " </dev/tty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor(1, TimeUnit.SECONDS) && process.exitValue() == 0 ? answer : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
