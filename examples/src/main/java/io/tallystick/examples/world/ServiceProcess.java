package io.tallystick.examples.world;

import io.tallystick.examples.service.Json;
import io.tallystick.examples.service.ServiceMain;
import io.tallystick.examples.service.ServiceSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A child JVM that runs one service. It ends by itself when the pipe to its standard input closes. */
final class ServiceProcess {

    private final String name;
    private final Process process;
    private final OutputStream lifeline;
    private final CompletableFuture<Integer> port;
    private final Path log;

    private ServiceProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.lifeline = process.getOutputStream();
        this.log = log;
        this.port = new CompletableFuture<>();
        Thread reader = new Thread(this::readOutput, "tally-world-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** @param environment further variables of the process */
    static ServiceProcess start(Class<?> main, ServiceSettings settings, Map<String, String> environment, Path log) {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dlogback.configurationFile=io/tallystick/examples/service/logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            ServiceProcess service = new ServiceProcess(settings.name(), process, log);
            service.lifeline.write((Json.write(settings) + "\n").getBytes(StandardCharsets.UTF_8));
            service.lifeline.flush();
            return service;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the service " + settings.name() + ": " + command, e);
        }
    }

    /** The port, once the service answers. @throws IllegalStateException with the end of its log if it does not */
    int awaitReady(long time, TimeUnit unit) {
        try {
            return port.get(time, unit);
        } catch (ExecutionException | TimeoutException e) {
            kill();
            throw new IllegalStateException(
                    "the service " + name + " did not become ready; its log ends with:\n" + tail(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the service " + name + " was starting", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException e) {
                // a killed process is gone in milliseconds: waiting on is better than leaving it behind
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void readOutput() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(ServiceMain.READY)) {
                    port.complete(Integer.parseInt(line.substring(ServiceMain.READY.length())));
                }
            }
        } catch (IOException e) {
            // the process is gone
        }
        port.completeExceptionally(new IllegalStateException("the process ended"));
    }

    private String tail() {
        try {
            String text = Files.readString(log);
            return text.substring(Math.max(0, text.length() - 4_000));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}
