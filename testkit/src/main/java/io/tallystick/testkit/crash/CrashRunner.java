package io.tallystick.testkit.crash;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a main class in JVMs of their own, which die at a numbered {@link CrashPoints point}. The children use this JVM's
 * class path.
 *
 * <pre>{@code
 * int points = CrashRunner.of(TransferMain.class, db.url()).sweep(result -> {
 *     recover(db);
 *     assertThat(sumOfMoney(db)).isEqualTo(1000);
 * });
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class CrashRunner {
    private static final int MOST_POINTS = 1000;

    private final String mainClass;
    private final List<String> arguments;
    private final List<String> options = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Duration timeout = Duration.ofSeconds(60);

    private CrashRunner(String mainClass, List<String> arguments) {
        this.mainClass = mainClass;
        this.arguments = arguments;
    }

    /** What looks at the world after each child has died, and repairs it for the next one. */
    @FunctionalInterface
    public interface Aftermath {
        /** Called after each child, the last of which ended without a crash. */
        void check(CrashResult result) throws Exception;
    }

    /** Children that run this class's {@code main}. */
    public static CrashRunner of(Class<?> mainClass, String... arguments) {
        return new CrashRunner(mainClass.getName(), List.of(arguments));
    }

    /** Runs one child without a crash point and waits for its end. */
    public static CrashResult run(Class<?> mainClass, String... arguments) {
        return of(mainClass, arguments).runAt(0);
    }

    /** Adds an environment variable for the children. */
    public CrashRunner environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Adds an option of the children's JVM, for example {@code -Xmx64m}. */
    public CrashRunner jvmOption(String option) {
        options.add(option);
        return this;
    }

    /** How long a child may take before it counts as hanging and is killed; 60 seconds unless set. */
    public CrashRunner timeout(Duration timeout) {
        this.timeout = timeout;
        return this;
    }

    /** Starts a child that the test kills itself. */
    public ChildJvm start() {
        return start(0);
    }

    /** Runs a child that dies at the n-th point, counted from 1; 0 means that it does not. */
    public CrashResult runAt(int point) {
        try (ChildJvm child = start(point)) {
            return child.await(timeout);
        }
    }

    /**
     * Runs children that die at point 1, 2, 3 … until one gets through.
     *
     * @return the number of points at which a child died
     * @throws AssertionError when a child fails otherwise or the aftermath throws; it names the point
     */
    public int sweep(Aftermath aftermath) {
        for (int point = 1; point <= MOST_POINTS; point++) {
            CrashResult result = runAt(point);
            if (!result.crashed() && result.exitStatus() != 0) {
                throw new AssertionError("expected the child to die at point " + point + " or to succeed, found status "
                        + result.exitStatus() + ". Its output:\n" + result.output());
            }
            check(aftermath, result);
            if (!result.crashed()) {
                return point - 1;
            }
        }
        throw new AssertionError(mainClass + " has more than " + MOST_POINTS + " crash points: expected fewer");
    }

    private static void check(Aftermath aftermath, CrashResult result) {
        try {
            aftermath.check(result);
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "wrong after "
                            + result.point().map(p -> "a crash at point " + p).orElse("a run without a crash") + ": "
                            + e,
                    e);
        }
    }

    private ChildJvm start(int point) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // a short life: no second compiler, no parallel collector
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.put(CrashPoints.VARIABLE, Integer.toString(point));
        return ChildJvm.start(command, variables);
    }
}
