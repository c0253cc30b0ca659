package io.tallystick.testkit.crash;

/** Sees every JDBC call of a {@link FaultyDataSource} just before and just after the database executes it. */
public interface CallObserver {
    /** About to be sent. */
    default void before(JdbcCall call) {}

    /** Executed without an error; the caller does not know yet. */
    default void after(JdbcCall call) {}
}
