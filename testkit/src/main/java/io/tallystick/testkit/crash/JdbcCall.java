package io.tallystick.testkit.crash;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One call that reaches the database: {@code getConnection}, every {@code execute…}, {@code commit}, {@code rollback},
 * savepoints, and the methods of an {@code XAResource}.
 *
 * @param number counted from 1 since the data source was made or reset
 * @param method the JDBC method
 * @param sql the statement, where there is one
 */
public record JdbcCall(long number, String method, @Nullable String sql) {
    /** True when the method or the statement contains this text, in any case. */
    public boolean mentions(String text) {
        return contains(method, text) || sql != null && contains(sql, text);
    }

    private static boolean contains(String where, String text) {
        return where.toUpperCase(Locale.ROOT).contains(text.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return "call " + number + " " + method + (sql == null ? "" : " [" + sql.strip() + "]");
    }
}
