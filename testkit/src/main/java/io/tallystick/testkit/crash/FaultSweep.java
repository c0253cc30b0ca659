package io.tallystick.testkit.crash;

import javax.sql.DataSource;

/**
 * Fails the first JDBC call of a scenario, then in a new run the second, and so on until a run gets through, so that no
 * place where it can go wrong is forgotten.
 *
 * <pre>{@code
 * int points = FaultSweep.over(db.dataSource(), JdbcFault.lostReply(), source -> {
 *     retryUntilKnown(() -> transfer(source, key));
 *     assertThat(balance()).isEqualTo(900);   // never 800, never 1000
 * });
 * assertThat(points).isGreaterThan(5);        // the scenario did talk to the database
 * }</pre>
 */
public final class FaultSweep {
    private static final int MOST_RUNS = 10_000;

    private FaultSweep() {}

    /** What runs under each fault, on a fresh count; it brings its own assertions and cleans up after itself. */
    @FunctionalInterface
    public interface Scenario {
        /** Runs once; the data source fails one call, and none after it. */
        void run(FaultyDataSource source) throws Exception;
    }

    /**
     * Sweeps until a run meets no fault.
     *
     * @return the number of calls that were failed, one per run
     * @throws AssertionError when a run throws; it names the call that had failed
     */
    public static int over(DataSource source, JdbcFault fault, Scenario scenario) {
        for (int number = 1; number <= MOST_RUNS; number++) {
            FaultyDataSource faulty = FaultyDataSource.around(source).failCall(number, fault);
            run(scenario, faulty, number);
            if (faulty.faults() == 0) {
                return number - 1;
            }
        }
        throw new AssertionError("a scenario of more than " + MOST_RUNS + " JDBC calls: expected one that ends");
    }

    private static void run(Scenario scenario, FaultyDataSource faulty, int number) {
        try {
            scenario.run(faulty);
        } catch (Exception | AssertionError e) {
            String where = faulty.log().stream()
                    .filter(call -> call.number() == number)
                    .map(JdbcCall::toString)
                    .findFirst()
                    .orElse("no call (the run had " + faulty.calls() + ")");
            throw new AssertionError("the scenario broke when the fault hit " + where + ": " + e, e);
        }
    }
}
