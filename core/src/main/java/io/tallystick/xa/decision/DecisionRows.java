package io.tallystick.xa.decision;

import static io.tallystick.xa.decision.DecisionSql.ABORT;
import static io.tallystick.xa.decision.DecisionSql.COMMIT;
import static io.tallystick.xa.decision.DecisionSql.COMMIT_ENDED;

import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.DuplicateKeyException;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.internal.VotedBranches;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The statements on tally_decision. Each is one transaction, so that no client that stops in the middle can hold a key. Stateless. */
final class DecisionRows {

    /** Of old tombstones in one purge: more than belong to the living, who keep theirs. */
    private static final int MOST_READ = 100_000;

    private DecisionRows() {}

    static Optional<Verdict> verdict(Tx tx, Gtrid gtrid) {
        return tx.queryOne(
                "SELECT verdict FROM tally_decision WHERE gtrid = ?",
                row -> row.intValue("verdict") == ABORT ? Verdict.ABORT : Verdict.COMMIT,
                gtrid.bytes());
    }

    static Optional<Verdict> verdict(Tx tx, BranchXid branch) {
        return tx.queryOne(
                        "SELECT gtrid, verdict, decided_at, branches FROM tally_decision WHERE gtrid = ?",
                        row -> verdict(row, branch),
                        branch.gtrid().bytes())
                .flatMap(Function.identity());
    }

    private static Optional<Verdict> verdict(Row row, BranchXid branch) throws SQLException {
        if (row.intValue("verdict") == ABORT) {
            return Optional.of(Verdict.ABORT);
        }
        // empty where a release before this one has ended it
        return row.bytes("branches").length == 0
                ? Optional.empty()
                : Optional.of(read(row).verdictOn(branch));
    }

    static Optional<DecisionRecord> decision(Tx tx, Gtrid gtrid) {
        return tx.queryOne(
                "SELECT gtrid, decided_at, branches FROM tally_decision WHERE gtrid = ? AND verdict = " + COMMIT,
                DecisionRows::read,
                gtrid.bytes());
    }

    static List<DecisionRecord> unfinished(Tx tx, int cluster, @Nullable Gtrid after, int limit) {
        // a gtrid begins with version and cluster: the primary key is the index for this, too
        return between(tx, after == null ? border(cluster, 0) : after.bytes(), border(cluster, 0xFF), limit);
    }

    static List<DecisionRecord> unfinishedOfAll(Tx tx, @Nullable Gtrid after, int limit) {
        byte[] last = new byte[Gtrid.LENGTH];
        Arrays.fill(last, (byte) 0xFF);
        return between(tx, after == null ? new byte[Gtrid.LENGTH] : after.bytes(), last, limit);
    }

    private static List<DecisionRecord> between(Tx tx, byte[] after, byte[] before, int limit) {
        return tx.query(
                "SELECT gtrid, decided_at, branches FROM tally_decision WHERE gtrid > ? AND gtrid < ? AND verdict = "
                        + COMMIT + " ORDER BY gtrid " + tx.dialect().limit(limit),
                DecisionRows::read,
                after,
                before);
    }

    private static byte[] border(int cluster, int rest) {
        byte[] bytes = new Gtrid(cluster, 0, 0, 0, 0, java.time.Instant.EPOCH).bytes();
        Arrays.fill(bytes, 5, bytes.length, (byte) rest);
        return bytes;
    }

    /** All of them or none. */
    static void insert(Tx tx, List<DecisionRecord> decisions) throws SQLException {
        if (tx.dialect() != Dialect.POSTGRESQL) {
            execute(tx, DecisionSql.insert(decisions, tx.dialect()));
            return;
        }
        // known to the server, and so not planned each time
        boolean one = decisions.size() == 1;
        try (PreparedStatement statement =
                tx.connection().prepareStatement(one ? DecisionSql.INSERT_ONE : DecisionSql.INSERT_ALL)) {
            if (one) {
                DecisionSql.bind(statement, decisions.get(0));
            } else {
                DecisionSql.bindAll(statement, decisions);
            }
            statement.executeUpdate();
        }
    }

    /** Returns false when the key is taken. Waits that long for somebody who has inserted it and not committed yet. */
    static boolean insertTombstone(Tx tx, Gtrid gtrid, Duration longest) throws SQLException {
        String key = DecisionSql.bytes(gtrid.bytes(), tx.dialect());
        if (tx.dialect() == Dialect.POSTGRESQL) {
            // set_config for this one statement's transaction: one round trip, and nothing stays in the session
            return execute(
                            tx,
                            "INSERT INTO tally_decision (gtrid, verdict, decided_at, branches) SELECT " + key
                                    + ", 0, statement_timestamp(), '' WHERE set_config('lock_timeout', '"
                                    + Math.max(1, longest.toMillis())
                                    + "ms', true) IS NOT NULL ON CONFLICT DO NOTHING")
                    == 1;
        }
        return tx.waitingAtMost(longest, () -> insertTombstoneInnoDb(tx, key));
    }

    private static boolean insertTombstoneInnoDb(Tx tx, String key) {
        try {
            tx.update("INSERT INTO tally_decision (gtrid, verdict, decided_at, branches) VALUES (" + key
                    + ", 0, UTC_TIMESTAMP(6), '')");
            return true;
        } catch (DuplicateKeyException taken) {
            return false;
        }
    }

    /** Deletes decisions, on PostgreSQL without forcing it to disk: what a crash brings back is ended once more. */
    static void forget(Tx tx, Collection<Gtrid> ended) throws SQLException {
        String lazily = tx.dialect() == Dialect.POSTGRESQL
                ? " AND (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL"
                : "";
        execute(tx, "DELETE FROM tally_decision WHERE " + isOneOf(tx, ended) + " AND verdict = " + COMMIT + lazily);
    }

    /** They keep their lists: a branch that is not on one may still ask. */
    static void markEnded(Tx tx, Collection<Gtrid> ended) throws SQLException {
        execute(
                tx,
                "UPDATE tally_decision SET verdict = " + COMMIT_ENDED + ", decided_at = "
                        + tx.dialect().now() + " WHERE " + isOneOf(tx, ended) + " AND verdict = " + COMMIT);
    }

    static int purge(Tx tx, Duration age, int limit) throws SQLException {
        Set<Life> living = Set.copyOf(NodeRows.living(tx));
        List<Gtrid> old = tx
                .query(
                        "SELECT gtrid FROM tally_decision WHERE verdict <> " + COMMIT + " AND decided_at < "
                                + tx.dialect().nowPlusMicros() + " "
                                + tx.dialect().limit(Math.max(limit, MOST_READ)),
                        DecisionRows::gtrid,
                        -age.toNanos() / 1000)
                .stream()
                .filter(gtrid -> !living.contains(Life.of(gtrid)))
                .limit(limit)
                .toList();
        return old.isEmpty()
                ? 0
                : execute(tx, "DELETE FROM tally_decision WHERE " + isOneOf(tx, old) + " AND verdict <> " + COMMIT);
    }

    /** The condition that a key is one of these; literal, so that it is planned for the table's size of the moment. */
    private static String isOneOf(Tx tx, Collection<Gtrid> gtrids) {
        if (tx.dialect() == Dialect.POSTGRESQL) {
            // one literal and not one call of decode for each; E'' reads the same whatever standard_conforming_strings
            // is
            return gtrids.stream()
                    .map(Gtrid::toString)
                    .collect(Collectors.joining(",\\\\\\\\x", "gtrid = ANY (E'{\\\\\\\\x", "}'::bytea[])"));
        }
        return gtrids.stream()
                .map(gtrid -> DecisionSql.bytes(gtrid.bytes(), tx.dialect()))
                .collect(Collectors.joining(", ", "gtrid IN (", ")"));
    }

    /** Literal statements differ each time: they go around the cache of prepared ones. */
    private static int execute(Tx tx, String sql) throws SQLException {
        try (Statement statement = tx.connection().createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static DecisionRecord read(Row row) throws SQLException {
        Gtrid gtrid = gtrid(row);
        return new DecisionRecord(gtrid, VotedBranches.read(gtrid, row.bytes("branches")), row.instant("decided_at"));
    }

    static Gtrid gtrid(Row row) throws SQLException {
        byte[] bytes = row.bytes("gtrid");
        return Gtrid.read(bytes)
                .orElseThrow(() -> new CorruptionException("table tally_decision holds the key "
                        + HexFormat.of().formatHex(bytes) + ", which is no gtrid: expected 32 bytes with version 1 and"
                        + " their checksum; only this library may write the table"));
    }
}
