package io.tallystick.bench.xa;

import io.tallystick.bench.xa.contender.NativeFiles;
import io.tallystick.bench.xa.contender.Setup;
import io.tallystick.bench.xa.contender.XaEntrant;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A running {@link Coordinator}, seen from the process that started it. Not thread-safe. */
final class CoordinatorProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Process process;
    private final PrintStream words;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Path errors;
    private volatile long readyAt;

    private CoordinatorProcess(Process process, Path errors) {
        this.process = process;
        this.words = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.errors = errors;
        Thread reader = new Thread(this::listen, "listens to " + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts it; {@link #awaitReady} waits for it.
     *
     * @param traced where strace notes its forced writes; null lets it run undisturbed
     */
    static CoordinatorProcess start(XaEntrant entrant, Setup setup, @Nullable Path traced) throws IOException {
        List<String> command = new ArrayList<>();
        if (traced != null) {
            command.addAll(List.of("strace", "-f", "--seccomp-bpf", "-qq", "-e", "signal=none"));
            command.addAll(List.of("-e", "trace=fsync,fdatasync,msync,sync_file_range", "-o", traced.toString()));
        }
        Path libraries = setup.directory().resolve("native");
        if (Files.notExists(libraries)) {
            NativeFiles.unpack(Files.createDirectory(libraries));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-Djava.library.path=" + libraries,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                Coordinator.class.getName(),
                entrant.name()));
        command.addAll(setup.arguments());
        Path errors = setup.directory().resolve("errors.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(setup.directory().toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
        return new CoordinatorProcess(builder.start(), errors);
    }

    /** The process has a directory of its own, so what is relative here is not relative there. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    long pid() {
        return process.pid();
    }

    CoordinatorProcess awaitReady() throws InterruptedException {
        await(Coordinator.READY);
        return this;
    }

    /** When it was up, by {@link System#nanoTime}; 0 while it is not. */
    long readyAt() {
        return readyAt;
    }

    /** Lets so many clients work. */
    void work(int clients) throws InterruptedException {
        words.println("work " + clients);
        await(Coordinator.WORKING);
    }

    void beginMeasuring() {
        words.println("measure");
    }

    Measured endMeasuring() throws InterruptedException {
        words.println("report");
        return Measured.parse(await(""));
    }

    /** Lets its clients end. Returns how many transfers they made. */
    long rest() throws InterruptedException {
        words.println("rest");
        return Long.parseLong(await(Coordinator.RESTING).trim());
    }

    /** Ends it in order. */
    void stop() throws InterruptedException {
        words.println("stop");
        await(Coordinator.STOPPED);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + pid() + " does not end");
        }
    }

    /** Ends it with SIGKILL; returns when it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits for an answer that begins so, and returns the rest of it. */
    private String await(String begin) throws InterruptedException {
        String answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (answer == null || !answer.startsWith(begin) || answer.startsWith(Coordinator.FAILED)) {
            throw new IllegalStateException(
                    "process " + pid() + ": expected '" + begin + "', found '" + answer + "'\n" + tail());
        }
        return answer.substring(begin.length());
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(errors);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(Coordinator.MARK + Coordinator.READY)) {
                    readyAt = System.nanoTime();
                }
                if (line.startsWith(Coordinator.MARK)) {
                    answers.add(line.substring(Coordinator.MARK.length()));
                }
            }
        } catch (IOException e) {
            // it was killed
        }
        answers.add(Coordinator.FAILED + " (its output ended)");
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
