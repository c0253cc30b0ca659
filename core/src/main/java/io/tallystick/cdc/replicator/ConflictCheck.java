package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.ParameterBinder;
import io.tallystick.cdc.Statements;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.replicator.ConflictDecider.Winner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Looks at the target's row, and locks it, before a change is made to it. For one target and one thread. */
final class ConflictCheck {

    private static final String CONFLICT = "conflict: ";

    private final TargetDialect dialect;
    private final ParameterBinder binder;
    private final ConflictRows rows;

    ConflictCheck(Connection connection) throws SQLException {
        this.dialect = TargetDialect.of(connection);
        this.binder = new ParameterBinder(dialect, ConversionPolicy.standard());
        this.rows = new ConflictRows(dialect);
    }

    /** What was found in the way. */
    enum What {
        /** A row that is to be inserted is there already. */
        THERE,
        /** A row that is to be updated is gone. */
        GONE,
        /** A row that is to be updated was changed by somebody else. */
        CHANGED
    }

    /** A conflict, and how it ended. */
    record Met(What what, Winner winner) {}

    /**
     * What is to be done.
     *
     * @param change null when nothing
     * @param park why it is to be set aside, in a form in which it can be made later; null when it is not
     * @param met null when nothing was in the way
     */
    record Verdict(
            @Nullable TargetChange change,
            @Nullable String park,
            @Nullable Met met) {

        static Verdict none(TargetChange change) {
            return new Verdict(change, null, null);
        }

        static Verdict source(TargetChange change, What what) {
            return new Verdict(change, null, new Met(what, Winner.SOURCE));
        }

        static Verdict target(What what) {
            return new Verdict(null, null, new Met(what, Winner.TARGET));
        }

        static Verdict park(TargetChange change, What what, String why) {
            return new Verdict(
                    change,
                    CONFLICT + why + "; replay it to have the source's row, or discard it",
                    new Met(what, Winner.PARK));
        }
    }

    /** @throws SQLException when the target cannot be asked, or cannot compare */
    Verdict judge(Connection connection, TargetChange change, ConflictPolicy policy) throws SQLException {
        ConflictDecider decider = policy.decider();
        if (change.verb() != Verb.INSERT && change.verb() != Verb.UPDATE) {
            return Verdict.none(change);
        }
        if (decider != null) {
            return decided(connection, change, decider);
        }
        return change.verb() == Verb.INSERT ? insert(connection, change, policy) : update(connection, change, policy);
    }

    private Verdict insert(Connection connection, TargetChange change, ConflictPolicy policy) throws SQLException {
        Integer newer = newer(connection, change, policy);
        if (newer == null) {
            return Verdict.none(change);
        }
        TargetChange over = over(change);
        return switch (policy.kind()) {
            case SOURCE_WINS -> Verdict.source(over, What.THERE);
            case TARGET_WINS -> Verdict.target(What.THERE);
            case LATEST -> latest(newer, over, policy, What.THERE);
            case PARK, DECIDE -> Verdict.park(over, What.THERE, "a row with this key is there already");
        };
    }

    private Verdict update(Connection connection, TargetChange change, ConflictPolicy policy) throws SQLException {
        Integer newer = newer(connection, change, policy);
        boolean latest = policy.kind() == ConflictPolicy.Kind.LATEST;
        if (newer != null) {
            return latest && newer <= 0 ? latest(newer, change, policy, What.CHANGED) : Verdict.none(change);
        }
        if (policy.kind() == ConflictPolicy.Kind.TARGET_WINS) {
            return Verdict.target(What.GONE);
        }
        return policy.kind() == ConflictPolicy.Kind.SOURCE_WINS
                        && !change.written().isPartial()
                ? Verdict.source(over(change), What.GONE)
                : gone(change);
    }

    private static Verdict gone(TargetChange change) {
        return change.written().isPartial()
                ? Verdict.park(change, What.GONE, "the row is gone, and the log did not tell all of it")
                : Verdict.park(over(change), What.GONE, "the row is gone");
    }

    /** In the form in which it can be made whatever is there. */
    private static TargetChange over(TargetChange change) {
        return new TargetChange(change.table(), Verb.UPSERT, null, change.written());
    }

    private static Verdict latest(int newer, TargetChange change, ConflictPolicy policy, What what) {
        if (newer == 0) {
            return Verdict.park(change, what, "both rows have the same " + policy.column() + ", or none");
        }
        return newer > 0 ? Verdict.source(change, what) : Verdict.target(what);
    }

    private Verdict decided(Connection connection, TargetChange change, ConflictDecider decider) throws SQLException {
        boolean inserts = change.verb() == Verb.INSERT;
        RowImage there = rows.target(connection, change);
        if (there == null) {
            return inserts ? Verdict.none(change) : gone(change);
        }
        TargetChange made = inserts ? over(change) : change;
        What what = inserts ? What.THERE : What.CHANGED;
        try {
            return switch (decider.decide(rows.source(change), there)) {
                // that an update finds its row is no conflict
                case SOURCE -> inserts ? Verdict.source(made, what) : Verdict.none(made);
                case TARGET -> Verdict.target(what);
                case PARK -> Verdict.park(made, what, decider + " sets it aside");
            };
        } catch (RuntimeException e) {
            return Verdict.park(made, what, decider + " cannot say who wins: " + ProgramError.told(e));
        }
    }

    /** Whether the change is newer (1) or older (−1) than the row, or neither (0); null when no row is there. */
    private @Nullable Integer newer(Connection connection, TargetChange change, ConflictPolicy policy)
            throws SQLException {
        int cell = policy.column() == null ? -1 : cell(change.table(), policy.column());
        boolean compares = cell >= 0 && !change.written().isUnchanged(cell);
        Statements.Sql found = new Statements(dialect, change.table()).select();
        String column =
                compares ? dialect.quote(change.table().columns().get(cell).name()) : "";
        String what = compares ? "CASE WHEN " + column + " < ? THEN 1 WHEN " + column + " > ? THEN -1 ELSE 0 END" : "0";
        String sql = found.text().replaceFirst("SELECT 1", "SELECT " + what) + " FOR UPDATE";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int index = 1;
            for (int i = 0; compares && i < 2; i++) {
                binder.bind(statement, index++, change.table(), change.written(), cell);
            }
            for (int key : found.keys()) {
                binder.bind(statement, index++, change.table(), change.named(), key);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : null;
            }
        }
    }

    private static int cell(TargetTable table, String column) {
        return table.columns().stream().map(TargetColumn::name).toList().indexOf(column);
    }
}
