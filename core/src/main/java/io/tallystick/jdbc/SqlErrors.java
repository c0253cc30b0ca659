package io.tallystick.jdbc;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads SQLState and vendor codes, the only class that does. A code that the server sent is a definite answer: the statement did not
 * happen. A lost connection is no answer: outside a commit the transaction is rolled back by the server, during a commit nobody
 * knows. Tested against the real errors of each database. Stateless.
 */
public final class SqlErrors {

    private static final Pattern SESSION = Pattern.compile("^\\(conn=\\d+\\) ");
    private static final Pattern LINE_END = Pattern.compile("\\s*\\R\\s*");

    /** PostgreSQL: full states first, then classes (two characters). Anything else is REJECTED. */
    private static final Map<String, SqlFailure> POSTGRES = table(
            SqlFailure.CONFLICT,
            "40001 40P01 55P03 72000",
            SqlFailure.UNAVAILABLE,
            "08 53 57014 57P01 57P02 57P03 57P05 25P03 25P04 25006 55006 58",
            SqlFailure.REJECTED,
            "08004",
            SqlFailure.CORRUPTION,
            "58030 XX001 XX002");

    /** MariaDB and MySQL: vendor codes, because one SQLState (HY000) covers most of them. Anything else is REJECTED. */
    private static final Map<String, SqlFailure> INNODB = table(
            SqlFailure.CONFLICT, // lock wait, deadlock, row changed since the snapshot, NOWAIT
            "1205 1213 1020 3572",
            SqlFailure.CONFLICT, // the first two for a branch; certification; table changed under a prepared statement
            "1613 1614 3101 1615",
            SqlFailure.UNAVAILABLE, // too many connections, host blocked after too many errors
            "1040 1203 1226 1129",
            SqlFailure.UNAVAILABLE, // shutdown, killed, client too idle
            "1053 1077 1079 1927 4031",
            SqlFailure.UNAVAILABLE, // interrupted, too slow
            "1317 1969 3024",
            SqlFailure.UNAVAILABLE, // disk full, table full, memory
            "3 1021 1026 1114 1037 1038 1041",
            SqlFailure.UNAVAILABLE, // read-only, cluster not ready
            "1290 1792 1836 1874 1047",
            SqlFailure.UNAVAILABLE, // network
            "1152 1158 1159 1160 1161 1184",
            SqlFailure.CORRUPTION, // crashed table or index, damaged index or tablespace, table lost in the engine
            "126 127 134 145 1034 1194 1195 1712 1877 1932");

    private static final Set<Integer> DUPLICATE_INNODB = Set.of(1022, 1062, 1586, 1859);
    /**
     * A row too large for its page, truncated, wrong string, no such character, no default, wrong JSON, a check that fails: those whose
     * state does not say so.
     */
    private static final Set<Integer> DATA_INNODB =
            Set.of(1118, 1265, 1292, 1300, 1364, 1366, 1406, 3140, 3819, 3988, 4025);

    /** What triggers say: SIGNAL with any state, RAISE EXCEPTION without one, and a failed ASSERT. */
    private static final int SIGNAL_INNODB = 1644;

    private static final Set<String> SAID_BY_TRIGGERS = Set.of("45000", "P0001", "P0004");

    /** PostgreSQL: a value too large for an index, a row too large for a page. */
    private static final String TOO_LARGE = "54000";

    private static final Set<Integer> NO_TABLE_INNODB = Set.of(1146);
    private static final Set<Integer> LOGIN_INNODB = Set.of(1044, 1045, 1049, 1698);
    private static final Set<Integer> NO_RIGHT_INNODB = Set.of(1044, 1142, 1143, 1227, 1370);

    /** Server codes that do not say whether the commit happened: killed or interrupted in the middle, or an error in COMMIT itself. */
    private static final Set<Integer> UNSURE_IN_COMMIT_INNODB = Set.of(1053, 1180, 1317, 1927, 1598, 3100);

    /** PostgreSQL: full states first, then classes. Transaction states come from twophase.c and xact.c. */
    private static final Map<String, BranchFailure> BRANCH_POSTGRES = table(
            BranchFailure.ABSENT,
            "42704",
            BranchFailure.NAME_TAKEN,
            "42710",
            BranchFailure.ROLLED_BACK,
            "23 25P02 40001 40P01 40002",
            BranchFailure.NOT_NOW,
            "53 55000",
            BranchFailure.FORBIDDEN,
            "42501",
            BranchFailure.UNSUPPORTED,
            "0A000",
            BranchFailure.LOST,
            "08 57P01 57P02 57P03 57P05 25P03 25P04 40003");

    /** MariaDB and MySQL: vendor codes. */
    private static final Map<String, BranchFailure> BRANCH_INNODB = table(
            BranchFailure.ABSENT,
            "1397",
            BranchFailure.NAME_TAKEN,
            "1440",
            BranchFailure.ROLLED_BACK,
            "1402 1613 1614 1213 1205 1062 1451 1452 3101",
            BranchFailure.NOT_NOW,
            "1399 1400 1040 1203 1226",
            BranchFailure.FORBIDDEN,
            "1044 1142 1227",
            BranchFailure.UNSUPPORTED,
            "1398 1235",
            BranchFailure.LOST,
            "1401 1053 1077 1079 1152 1158 1159 1160 1161 1184 1317 1927 4031 3100");

    private static final Set<String> UNSURE_IN_COMMIT_POSTGRES = Set.of("57P01", "57P02", "57P05", "40003");

    private SqlErrors() {}

    /**
     * What the caller can do about this error.
     *
     * @param duringCommit true when a COMMIT (or an autocommitted writing statement) was sent and this came instead of the answer
     */
    public static SqlFailure classify(SQLException error, Dialect dialect, boolean duringCommit) {
        SQLException root = speaking(error);
        if (duringCommit && isUnsure(root, dialect)) {
            return SqlFailure.UNKNOWN_OUTCOME;
        }
        return byCode(root, dialect).orElseGet(() -> byType(root));
    }

    /** The exception to throw for this error; {@code what} says in the message what was being done. */
    public static TallystickException translate(
            SQLException error, Dialect dialect, boolean duringCommit, String what) {
        String message = what + ": " + describe(speaking(error), dialect.productName() + " says: ");
        if (isDuplicateKey(error, dialect)) {
            return new DuplicateKeyException(message, error);
        }
        return exception(classify(error, dialect, duringCommit), message, error);
    }

    public static boolean isDuplicateKey(SQLException error, Dialect dialect) {
        SQLException root = speaking(error);
        return dialect.isInnoDb() ? DUPLICATE_INNODB.contains(root.getErrorCode()) : "23505".equals(root.getSQLState());
    }

    /** Whether it was the victim of a deadlock: the same work, begun anew, will do. */
    public static boolean isDeadlock(SQLException error, Dialect dialect) {
        SQLException root = speaking(error);
        return dialect.isInnoDb() ? root.getErrorCode() == 1213 : "40P01".equals(root.getSQLState());
    }

    /** Whether a lock was waited for in vain: 55P03 of PostgreSQL, 1205 of MariaDB and MySQL, which no other database uses. */
    public static boolean isLockTimeout(SQLException error) {
        SQLException root = speaking(error);
        return "55P03".equals(root.getSQLState()) || root.getErrorCode() == 1205;
    }

    /**
     * Whether the data itself was refused: a value that does not fit its column, a constraint, or a trigger that raises an error. The
     * same row will be refused again, another row may not.
     */
    public static boolean isDataRefused(SQLException error, Dialect dialect) {
        SQLException root = speaking(error);
        String state = root.getSQLState() == null ? "" : root.getSQLState();
        return state.startsWith("22")
                || state.startsWith("23")
                || SAID_BY_TRIGGERS.contains(state)
                || !dialect.isInnoDb() && state.equals(TOO_LARGE)
                || dialect.isInnoDb()
                        && (DATA_INNODB.contains(root.getErrorCode()) || root.getErrorCode() == SIGNAL_INNODB);
    }

    public static boolean isMissingTable(SQLException error, Dialect dialect) {
        SQLException root = speaking(error);
        return dialect.isInnoDb()
                ? NO_TABLE_INNODB.contains(root.getErrorCode())
                : "42P01".equals(root.getSQLState()) || "3F000".equals(root.getSQLState());
    }

    public static boolean isMissingPrivilege(SQLException error, Dialect dialect) {
        SQLException root = speaking(error);
        return dialect.isInnoDb() ? NO_RIGHT_INNODB.contains(root.getErrorCode()) : "42501".equals(root.getSQLState());
    }

    /**
     * Whether the server refused the user, or the database he named, when he logged in: without a person it will do so again. Class 28
     * and 3D000 of PostgreSQL; of MariaDB and MySQL the codes for a wrong user or password, a database he may not use, and none of that
     * name; and S1009, with which their driver gives up before it has said the password.
     */
    static boolean isLoginRefused(SQLException error) {
        SQLException root = speaking(error);
        String state = root.getSQLState() == null ? "" : root.getSQLState();
        return state.startsWith("28")
                || state.equals("3D000")
                || state.equals("S1009")
                || LOGIN_INNODB.contains(root.getErrorCode());
    }

    /** Whether the host was reached, or its name at least, and no connection came of it. */
    static boolean isNobodyListening(SQLException error) {
        for (Throwable t = error; t != null; t = t.getCause()) {
            if (t instanceof ConnectException) {
                return true;
            }
        }
        return false;
    }

    /**
     * What this error, in answer to a statement that prepares or finishes a branch, says about the branch. An error without a code is
     * the driver's own: the answer was lost.
     */
    public static BranchFailure branchFailure(SQLException error, Dialect dialect) {
        SQLException root = speaking(error);
        String state = root.getSQLState() == null ? "" : root.getSQLState();
        if (dialect.isInnoDb()) {
            boolean serverSpoke = root.getErrorCode() > 0 && !state.startsWith("08");
            return serverSpoke
                    ? BRANCH_INNODB.getOrDefault(Integer.toString(root.getErrorCode()), BranchFailure.REFUSED)
                    : BranchFailure.LOST;
        }
        if (state.length() < 5) {
            return BranchFailure.LOST;
        }
        BranchFailure failure = BRANCH_POSTGRES.get(state);
        return failure != null ? failure : BRANCH_POSTGRES.getOrDefault(state.substring(0, 2), BranchFailure.REFUSED);
    }

    /** One line that says what the server, or the driver, said. */
    public static String describe(SQLException error, Dialect dialect) {
        return describe(speaking(error), dialect.productName() + " says: ");
    }

    /** For a connection that could not be opened, when nobody knows yet which database is behind it. */
    static TallystickException beforeDialectIsKnown(SQLException error, String what) {
        SQLException root = speaking(error);
        // PostgreSQL's driver has no vendor codes
        Dialect likely = root.getErrorCode() > 0 ? Dialect.MARIADB : Dialect.POSTGRESQL;
        return exception(classify(root, likely, false), what + ": " + describe(root, "the driver says: "), error);
    }

    /** A pool wraps the driver's error, a batch chains it: the one with a code speaks for all. */
    private static SQLException speaking(SQLException error) {
        SQLException found = error;
        for (Throwable t = error; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql) {
                SQLException next = sql.getNextException();
                found = hasCode(found) ? found : sql;
                found = hasCode(found) || next == null ? found : next;
            }
        }
        return found;
    }

    private static boolean hasCode(SQLException error) {
        return error.getErrorCode() > 0 || error.getSQLState() != null;
    }

    private static Optional<SqlFailure> byCode(SQLException error, Dialect dialect) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        if (dialect.isInnoDb()) {
            SqlFailure failure = INNODB.get(Integer.toString(error.getErrorCode()));
            if (error.getErrorCode() == 1290
                    && !String.valueOf(error.getMessage()).contains("read")) {
                // "running with the --xyz option": only read-only passes by itself
                return Optional.of(SqlFailure.REJECTED);
            }
            boolean serverSpoke = error.getErrorCode() > 0 && failure == null && !state.startsWith("08");
            return serverSpoke ? Optional.of(SqlFailure.REJECTED) : Optional.ofNullable(failure);
        }
        if (state.equals("0A000") && String.valueOf(error.getMessage()).contains("cached plan")) {
            // a table changed under a prepared statement; the driver prepares it anew when the transaction is repeated
            return Optional.of(SqlFailure.CONFLICT);
        }
        SqlFailure failure = POSTGRES.get(state);
        if (failure != null || state.length() < 2) {
            return Optional.ofNullable(failure);
        }
        return Optional.of(POSTGRES.getOrDefault(state.substring(0, 2), SqlFailure.REJECTED));
    }

    private static SqlFailure byType(SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        boolean passing = error instanceof SQLTransientException
                || error instanceof SQLRecoverableException
                || error instanceof SQLTimeoutException
                || error.getCause() instanceof IOException
                // from a pool: nothing was asked yet
                || error.getCause() instanceof InterruptedException
                || state.startsWith("08");
        return passing ? SqlFailure.UNAVAILABLE : SqlFailure.REJECTED;
    }

    private static boolean isUnsure(SQLException error, Dialect dialect) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        if (dialect.isInnoDb()) {
            return error.getErrorCode() <= 0
                    || state.startsWith("08")
                    || UNSURE_IN_COMMIT_INNODB.contains(error.getErrorCode());
        }
        return state.length() < 5 || state.startsWith("08") || UNSURE_IN_COMMIT_POSTGRES.contains(state);
    }

    private static String describe(SQLException root, String speaker) {
        String code = root.getErrorCode() > 0 ? ", code " + root.getErrorCode() : "";
        String state = root.getSQLState() == null ? "no SQLState" : "SQLState " + root.getSQLState();
        return speaker + words(root) + " (" + state + code + ")";
    }

    /**
     * A pool that waited in vain gives its error the codes of the driver's and tells only of itself ("request timed out after
     * 10001ms"): why there is no connection stands below. So does a host that nobody knows, with the driver of PostgreSQL.
     */
    private static String words(SQLException root) {
        Throwable told = root;
        while (told.getCause() instanceof SQLException cause
                && cause.getErrorCode() == root.getErrorCode()
                && Objects.equals(cause.getSQLState(), root.getSQLState())) {
            told = cause;
        }
        // MariaDB's driver begins with the number of the session: another one each time, so that no two errors were the
        // same
        String words = LINE_END.matcher(
                        SESSION.matcher(String.valueOf(told.getMessage()).strip())
                                .replaceFirst(""))
                .replaceAll("; ");
        return told.getCause() instanceof UnknownHostException host ? unknownHost(words, host) : words;
    }

    private static String unknownHost(String words, UnknownHostException why) {
        String host = String.valueOf(why.getMessage());
        String begin = words.endsWith(" " + host)
                ? words.substring(0, words.length() - host.length()).strip()
                : words;
        return begin + " Nobody knows a host " + host + ".";
    }

    private static TallystickException exception(SqlFailure failure, String message, @Nullable Throwable cause) {
        return switch (failure) {
            case CONFLICT -> new ConflictException(message, cause);
            case UNAVAILABLE -> new UnavailableException(message, cause);
            case UNKNOWN_OUTCOME -> new UnknownOutcomeException(message, cause);
            case REJECTED -> new RejectedException(message, cause);
            case CORRUPTION -> new CorruptionException(message, cause);
        };
    }

    private static <F extends Enum<F>> Map<String, F> table(Object... failuresAndCodes) {
        Map<String, F> table = new TreeMap<>();
        for (int i = 0; i < failuresAndCodes.length; i += 2) {
            for (String code : ((String) failuresAndCodes[i + 1]).split(" ")) {
                @SuppressWarnings("unchecked") // each table above holds constants of one enum
                F failure = (F) failuresAndCodes[i];
                table.put(code, failure);
            }
        }
        return table;
    }
}
