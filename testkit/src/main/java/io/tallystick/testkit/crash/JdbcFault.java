package io.tallystick.testkit.crash;

import java.sql.SQLException;
import java.util.function.Function;

/**
 * How a JDBC call fails.
 *
 * @param executed whether the database executes the call before the caller sees the failure
 * @param losesConnection whether the connection is gone afterwards, as it is after a real network failure; what was not
 *     committed is then rolled back by the database
 * @param error the exception that the caller sees
 */
public record JdbcFault(boolean executed, boolean losesConnection, Function<JdbcCall, SQLException> error) {
    /** SQLState of a lost connection (ISO 9075 class 08, connection failure). */
    private static final String CONNECTION_FAILURE = "08006";

    /** The connection is lost before the request arrives: the call has no effect. */
    public static JdbcFault lostRequest() {
        return new JdbcFault(
                false, true, call -> new SQLException("injected: connection lost before " + call, CONNECTION_FAILURE));
    }

    /** The call is executed and its reply is lost together with the connection: the caller cannot know. */
    public static JdbcFault lostReply() {
        return new JdbcFault(
                true, true, call -> new SQLException("injected: reply lost after " + call, CONNECTION_FAILURE));
    }

    /** The database refuses the call with this SQLState and vendor code; the connection stays. */
    public static JdbcFault refused(String sqlState, int vendorCode) {
        return new JdbcFault(false, false, call -> new SQLException("injected: refused " + call, sqlState, vendorCode));
    }

    /** The same fault with another exception, for example one that a certain driver would throw. */
    public JdbcFault withError(Function<JdbcCall, SQLException> other) {
        return new JdbcFault(executed, losesConnection, other);
    }
}
