package io.tallystick.cdc;

import io.tallystick.cdc.TargetChange.Verb;
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

    ConflictCheck(Connection connection) throws SQLException {
        this.dialect = TargetDialect.of(connection);
        this.binder = new ParameterBinder(dialect, ConversionPolicy.standard());
    }

    /**
     * What is to be done.
     *
     * @param change null when nothing
     * @param park why it is to be set aside, in a form in which it can be made later; null when it is not
     */
    record Verdict(
            boolean conflict,
            @Nullable TargetChange change,
            @Nullable String park) {

        static Verdict none(TargetChange change) {
            return new Verdict(false, change, null);
        }

        private static Verdict of(@Nullable TargetChange change) {
            return new Verdict(true, change, null);
        }

        private static Verdict park(TargetChange change, String why) {
            return new Verdict(true, change, CONFLICT + why + "; replay it to have the source's row, or discard it");
        }
    }

    /** @throws SQLException when the target cannot be asked, or cannot compare */
    Verdict judge(Connection connection, TargetChange change, ConflictPolicy policy) throws SQLException {
        if (change.verb() == Verb.INSERT) {
            return insert(connection, change, policy);
        }
        return change.verb() == Verb.UPDATE ? update(connection, change, policy) : Verdict.none(change);
    }

    private Verdict insert(Connection connection, TargetChange change, ConflictPolicy policy) throws SQLException {
        Integer newer = newer(connection, change, policy);
        if (newer == null) {
            return Verdict.none(change);
        }
        TargetChange over = new TargetChange(change.table(), Verb.UPSERT, null, change.written());
        return switch (policy.kind()) {
            case SOURCE_WINS -> Verdict.of(over);
            case TARGET_WINS -> Verdict.of(null);
            case PARK -> Verdict.park(over, "a row with this key is there already");
            case LATEST -> latest(newer, over, policy);
        };
    }

    private Verdict update(Connection connection, TargetChange change, ConflictPolicy policy) throws SQLException {
        Integer newer = newer(connection, change, policy);
        boolean latest = policy.kind() == ConflictPolicy.Kind.LATEST;
        if (newer != null) {
            return latest && newer <= 0 ? latest(newer, change, policy) : Verdict.none(change);
        }
        if (policy.kind() == ConflictPolicy.Kind.TARGET_WINS) {
            return Verdict.of(null);
        }
        if (change.written().isPartial()) {
            return Verdict.park(change, "the row is gone, and the log did not tell all of it");
        }
        TargetChange anew = new TargetChange(change.table(), Verb.UPSERT, null, change.written());
        return policy.kind() == ConflictPolicy.Kind.SOURCE_WINS
                ? Verdict.of(anew)
                : Verdict.park(anew, "the row is gone");
    }

    private static Verdict latest(int newer, TargetChange change, ConflictPolicy policy) {
        if (newer == 0) {
            return Verdict.park(change, "both rows have the same " + policy.column() + ", or none");
        }
        return Verdict.of(newer > 0 ? change : null);
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
