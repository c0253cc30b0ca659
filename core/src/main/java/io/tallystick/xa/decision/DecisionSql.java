package io.tallystick.xa.decision;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.internal.VotedBranches;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;

/**
 * The decision as a literal INSERT without parameters, so that a branch driver can send it together with its COMMIT in one round
 * trip. Only hexadecimal digits and a timestamp come from outside: nothing needs escaping, and no setting of the session (time zone,
 * sql_mode, standard_conforming_strings) changes what is stored. Stateless.
 */
public final class DecisionSql {

    static final int ABORT = 0;
    static final int COMMIT = 1;
    static final int COMMIT_ENDED = 2;

    private static final String INTO = "INSERT INTO tally_decision (gtrid, verdict, decided_at, branches) VALUES ";
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);
    private static final HexFormat HEX = HexFormat.of();

    private DecisionSql() {}

    /**
     * {@link #insert} and COMMIT for PostgreSQL, with parameters: its driver sends both in one round trip either way, and a statement that
     * it knows again is parsed and planned by the server once and not for each transaction. To be filled by {@link #bind}.
     */
    public static final String INSERT_AND_COMMIT = INTO + "(?, " + COMMIT + ", to_timestamp(?), ?); COMMIT";

    /** {@link #insert} of one decision in PostgreSQL, in a transaction of its own; to be filled by {@link #bind}. */
    static final String INSERT_ONE = INTO + "(?, " + COMMIT + ", to_timestamp(?), ?)";

    /** Fills {@link #INSERT_AND_COMMIT}. */
    public static void bind(PreparedStatement statement, DecisionRecord decision) throws SQLException {
        statement.setBytes(1, decision.gtrid().bytes());
        statement.setDouble(2, seconds(decision.decidedAt()));
        statement.setBytes(3, VotedBranches.write(decision.branches()));
    }

    /** {@link #insert} for any number of decisions in PostgreSQL, always the same text; to be filled by {@link #bindAll}. */
    static final String INSERT_ALL = "INSERT INTO tally_decision (gtrid, verdict, decided_at, branches) SELECT g, "
            + COMMIT + ", to_timestamp(d), b FROM unnest(?::bytea[], ?::float8[], ?::bytea[]) AS decided (g, d, b)";

    static void bindAll(PreparedStatement statement, List<DecisionRecord> decisions) throws SQLException {
        byte[][] gtrids = new byte[decisions.size()][];
        Double[] times = new Double[gtrids.length];
        byte[][] branches = new byte[gtrids.length][];
        for (int i = 0; i < gtrids.length; i++) {
            DecisionRecord decision = decisions.get(i);
            gtrids[i] = decision.gtrid().bytes();
            times[i] = seconds(decision.decidedAt());
            branches[i] = VotedBranches.write(decision.branches());
        }
        Connection connection = statement.getConnection();
        statement.setArray(1, connection.createArrayOf("bytea", gtrids));
        statement.setArray(2, connection.createArrayOf("float8", times));
        statement.setArray(3, connection.createArrayOf("bytea", branches));
    }

    /**
     * Seconds since 1970, as PostgreSQL's to_timestamp takes them: it rounds to microseconds, which a double tells apart until the year
     * 2242. The server reads a time in text digit by digit and asks for the time zone's name.
     */
    private static double seconds(Instant at) {
        return at.getEpochSecond() + at.getNano() / 1000 / 1e6;
    }

    /** The INSERT of one decision to commit; it fails on a duplicate key when a tombstone was there first. */
    public static String insert(DecisionRecord decision, Dialect dialect) {
        return insert(List.of(decision), dialect);
    }

    /** One INSERT for all of them: stored together or not at all. */
    static String insert(List<DecisionRecord> decisions, Dialect dialect) {
        StringBuilder sql = new StringBuilder(INTO);
        for (DecisionRecord decision : decisions) {
            sql.append(sql.length() == INTO.length() ? "(" : ", (")
                    .append(bytes(decision.gtrid().bytes(), dialect))
                    .append(", ")
                    .append(COMMIT)
                    .append(", ")
                    .append(time(decision.decidedAt(), dialect))
                    .append(", ")
                    .append(bytes(VotedBranches.write(decision.branches()), dialect))
                    .append(')');
        }
        return sql.toString();
    }

    /**
     * Whether {@link #insert} failed because the key was taken: a tombstone overruled the decision, and nothing of it is stored. Told
     * from a unique constraint of the application that is checked only at COMMIT (PostgreSQL's DEFERRABLE) by the table's name.
     */
    public static boolean isOverruled(SQLException error, Dialect dialect) {
        // InnoDB checks every unique key at its own statement: in the round trip of INSERT and COMMIT only this one is
        // checked
        return SqlErrors.isDuplicateKey(error, dialect)
                && (dialect.isInnoDb() || String.valueOf(error.getMessage()).contains("tally_decision_pkey"));
    }

    static String bytes(byte[] bytes, Dialect dialect) {
        String hex = HEX.formatHex(bytes);
        return dialect.isInnoDb() ? "X'" + hex + "'" : "decode('" + hex + "','hex')";
    }

    private static String time(Instant at, Dialect dialect) {
        return "'" + MICROS.format(at) + (dialect.isInnoDb() ? "'" : "Z'");
    }
}
