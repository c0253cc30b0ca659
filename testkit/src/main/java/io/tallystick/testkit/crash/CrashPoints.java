package io.tallystick.testkit.crash;

import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;

/**
 * The places where a child JVM may die, numbered in the order in which they are reached. The child's {@code main} makes
 * one from its environment and wraps what it hands to the code under test; that code knows nothing of it. The JVM dies by
 * {@link Runtime#halt}: no shutdown hook, no finally block, as with kill -9. Thread-safe.
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *     CrashPoints points = CrashPoints.fromEnvironment();
 *     DataSource source = points.around(new PGSimpleDataSource(...));
 *     new Transfer(source, bank -> { remit(bank); points.reached("remitted"); }).run();
 * }
 * }</pre>
 */
public final class CrashPoints {
    static final String VARIABLE = "TALLY_CRASH_AT";
    static final String MARK = "tallystick crash point ";
    /** What a shell reports for a process killed by signal 9. */
    static final int EXIT_STATUS = 137;

    private final long deadly;
    private final AtomicLong reached = new AtomicLong();

    private CrashPoints(long deadly) {
        this.deadly = deadly;
    }

    /** The points of this JVM, as told by the {@link CrashRunner} that started it; without one nothing ever dies. */
    public static CrashPoints fromEnvironment() {
        return new CrashPoints(Long.parseLong(System.getenv().getOrDefault(VARIABLE, "0")));
    }

    /** Passes a point; does not return when it is the deadly one. */
    public void reached(String name) {
        long number = reached.incrementAndGet();
        if (number == deadly) {
            System.err.println(MARK + number + ": " + name);
            System.err.flush();
            Runtime.getRuntime().halt(EXIT_STATUS);
        }
    }

    /** How many points have been passed. */
    public long passed() {
        return reached.get();
    }

    /** A data source with two points for each JDBC call: before it is sent, and executed but not yet known. */
    public DataSource around(DataSource source) {
        return FaultyDataSource.around(source, new CallObserver() {
            @Override
            public void before(JdbcCall call) {
                reached("before " + call);
            }

            @Override
            public void after(JdbcCall call) {
                reached("after " + call);
            }
        });
    }
}
