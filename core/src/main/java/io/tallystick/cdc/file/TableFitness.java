package io.tallystick.cdc.file;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.PipelineSpec.Destination;
import io.tallystick.cdc.replicator.Unfit;
import io.tallystick.cdc.type.TableMaker;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Whether the tables of one target take what the routes make for them now: they are there, with all columns, a key and the rights to write
 * them. Asks the catalog, and EXPLAIN; waits for nobody's lock. Thread-safe.
 */
final class TableFitness {

    private static final Pattern COUNT = Pattern.compile("^\\d+ problems? with the target's tables: ");
    private static final Pattern LINES = Pattern.compile("\\s*\\R\\s*");

    private final PipelineSpec spec;
    private final String target;
    private final DataSource pool;
    private final ChangeSource source;
    private final TableMaker maker;

    TableFitness(PipelineSpec spec, String target, DataSource pool, ChangeSource source) {
        this.spec = spec;
        this.target = target;
        this.pool = pool;
        this.source = source;
        this.maker = new Preview(spec, target).maker();
    }

    /** @throws io.tallystick.jdbc.UnavailableException when the source does not answer */
    SourceTable describe(TableName from) {
        return source.describe(Set.of(from)).stream()
                .findFirst()
                .orElseThrow(() -> new RejectedException("the source has no table " + from));
    }

    /**
     * What keeps the target from taking rows of this table of the source; null when nothing does.
     *
     * @param written the columns that a table must have, where that is known; otherwise those that its route names
     * @throws TallystickException when it cannot be told now, also because somebody holds a lock on the table
     */
    @Nullable
    Unfit look(TableName from, Map<TableName, List<String>> written) {
        Optional<Unfit> unfit = Jdbc.on(pool).autocommit(tx -> {
            LockLimit limit = LockLimit.of(tx.dialect());
            execute(tx, limit.set);
            try {
                return Optional.ofNullable(new Look(tx, from, written).look());
            } catch (SQLException e) {
                throw SqlErrors.translate(e, tx.dialect(), false, "looking at the tables of target " + target);
            } finally {
                execute(tx, limit.setBack);
            }
        });
        return unfit.orElse(null);
    }

    private static void execute(Tx tx, String sql) throws SQLException {
        try (Statement statement = tx.connection().createStatement()) {
            statement.execute(sql);
        }
    }

    /**
     * For the session, which goes on to write rows with the limit that it had before: neither RESET nor DEFAULT is that one, for the pool has set
     * it when it opened the connection.
     */
    private enum LockLimit {
        POSTGRESQL(
                "SELECT set_config('tally.lock_timeout', current_setting('lock_timeout'), false),"
                        + " set_config('lock_timeout', '1s', false)",
                "SELECT set_config('lock_timeout', current_setting('tally.lock_timeout'), false)"),
        INNODB(
                "SET @tally_lock_wait = @@SESSION.lock_wait_timeout, SESSION lock_wait_timeout = 1",
                "SET SESSION lock_wait_timeout = @tally_lock_wait");

        private final String set;
        private final String setBack;

        LockLimit(String set, String setBack) {
            this.set = set;
            this.setBack = setBack;
        }

        static LockLimit of(Dialect dialect) {
            return dialect.isInnoDb() ? INNODB : POSTGRESQL;
        }
    }

    /** One look at all tables that one table of the source fills. */
    private final class Look {

        private final Tx tx;
        private final TableName from;
        private final Map<TableName, List<String>> known;
        private final Map<TableName, List<String>> written = new LinkedHashMap<>();
        private final List<String> why = new ArrayList<>();
        private final List<String> mend = new ArrayList<>();

        Look(Tx tx, TableName from, Map<TableName, List<String>> known) {
            this.tx = tx;
            this.from = from;
            this.known = known;
        }

        @Nullable
        Unfit look() throws SQLException {
            TargetCatalog catalog = TargetCatalog.of(tx.connection());
            List<Destination> all = spec.routes().stream()
                    .filter(route -> route.from().equals(from))
                    .flatMap(route -> route.to().stream())
                    .filter(one -> one.target().equals(target))
                    .toList();
            for (Destination one : all) {
                look(catalog, one);
            }
            return why.isEmpty()
                    ? null
                    : new Unfit(String.join("; ", why), mend.isEmpty() ? null : String.join("; ", mend), written, null);
        }

        private void look(TargetCatalog catalog, Destination one) throws SQLException {
            List<String> must = known.getOrDefault(one.table(), List.of());
            List<String> columns = must.isEmpty() ? List.copyOf(one.columns().keySet()) : must;
            written.put(one.table(), columns);
            try {
                TargetTable table =
                        catalog.read(List.of(new Wanted(one.table(), columns))).get(0);
                for (Finding finding : TargetRights.examine(tx, Map.of(one, table))) {
                    if (finding.severity() == Finding.Severity.ERROR) {
                        why.add(finding.subject() + " " + finding.found());
                        mend.add(finding.mend());
                    }
                }
            } catch (RejectedException e) {
                why.add(COUNT.matcher(String.valueOf(e.getMessage())).replaceFirst(""));
                mend(catalog, one, columns);
            }
        }

        private void mend(TargetCatalog catalog, Destination one, List<String> columns) throws SQLException {
            List<String> there = catalog.columns(one.table()).stream()
                    .map(TargetColumn::name)
                    .toList();
            String grant = there.isEmpty() ? TargetRights.grantOfAll(tx, one) : null;
            if (grant != null) {
                mend.add(grant);
                return;
            }
            try {
                if (!there.isEmpty()) {
                    add(
                            one,
                            columns.stream()
                                    .filter(column -> !there.contains(column))
                                    .toList());
                } else if (one.columns().isEmpty()) {
                    mend.add(LINES.matcher(maker.create(describe(from), one.table()))
                            .replaceAll(" "));
                }
            } catch (TallystickException e) {
                // the source does not tell its types now: what is missing is said all the same
                return;
            }
        }

        /** A column that is computed has no type of the source's. */
        private void add(Destination one, List<String> missing) {
            for (String column : missing) {
                Expression set = one.columns().get(column);
                String copied = set == null ? column : set.onlyColumn();
                SourceTable described = describe(from);
                int place = copied == null ? -1 : described.indexOf(copied);
                if (place >= 0) {
                    mend.add(maker.addColumn(
                            new SourceColumn(
                                    column, described.columns().get(place).type(), false),
                            one.table()));
                }
            }
        }
    }
}
