package io.tallystick.examples.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The life of a service's process: reads its settings from standard input, says {@code READY <port>} on standard output,
 * and ends when standard input ends. The kernel closes that pipe when the parent is gone in whatever way, so no service
 * outlives its world.
 */
public final class ServiceMain {

    /** What the process says when it answers, followed by its port. */
    public static final String READY = "READY ";

    private ServiceMain() {}

    /** Never returns. */
    public static void run(Described described) throws Exception {
        live(settings -> {
            Service service = new Service(settings);
            described.describe(service);
            return service.start();
        });
    }

    /** The same for a process that is no service. Never returns. */
    public static void live(Begun begun) throws Exception {
        BufferedReader parent = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = parent.readLine();
        if (line == null) {
            throw new IllegalArgumentException("a service expects its settings as a line of JSON on standard input");
        }
        System.out.println(READY + begun.begin(Json.read(line, ServiceSettings.class)));
        System.out.flush();
        waitForTheEnd(parent);
        // halt: the parent is gone, and nobody is left to wait for an orderly end
        Runtime.getRuntime().halt(0);
    }

    private static void waitForTheEnd(BufferedReader parent) {
        try {
            while (parent.readLine() != null) {
                // nothing is said after the settings
            }
        } catch (IOException e) {
            // a broken pipe is an end, too
        }
    }

    /** Says what a service does. */
    @FunctionalInterface
    public interface Described {
        void describe(Service service) throws Exception;
    }

    /** Starts what the process is for. */
    @FunctionalInterface
    public interface Begun {
        /** Returns the port where it listens, 0 when it does not. */
        int begin(ServiceSettings settings) throws Exception;
    }
}
