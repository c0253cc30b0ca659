package io.tallystick.cdc.query;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueTypes;
import io.tallystick.cdc.query.QueryPosition.Mark;
import io.tallystick.cdc.query.QuerySettings.Watched;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database without a readable log as a source of changes: its tables are asked again and again, through JDBC alone, without locks and
 * without writing anything. It needs of each table a key and a change column, a time or a number that every insert and every update sets
 * higher than before.
 *
 * <p>What it promises: a row that was written with a right change value, and committed no later after that value than the overlap,
 * reaches every target in its last state; a row that is deleted goes from every target after the next comparison of keys, when that is
 * switched on. What one question found is applied in one transaction of the target. A row may be handed out again, after a restart for
 * instance: it is put, not inserted, so that this changes nothing.
 *
 * <p>What it misses, by its nature:
 *
 * <ul>
 *   <li>states between two questions: only the last one is seen, and a row that came and went in between never was;
 *   <li>updates that do not move the change column, and rows whose change value is NULL. (Within the overlap a change of the row without
 *       a new change value is noticed, by its content.)
 *   <li>what is committed later after its change value than the overlap, for good: not before the row changes again or the table is
 *       copied anew;
 *   <li>deleted rows, when no comparison is switched on;
 *   <li>the borders of the source's transactions: what one of them changed may arrive in two of the target when a question came in
 *       between, in a table that was asked before, or when it is more than 10,000 rows;
 *   <li>that a key was changed: the new one is a new row, the old one goes with the next comparison.
 * </ul>
 *
 * <p>A column that is added is noticed at the next start. Columns that the database computes are not carried over.
 */
public final class QueryChangeSource implements ChangeSource {

    private static final Logger LOG = LoggerFactory.getLogger(QueryChangeSource.class);

    private final QueryDatabase database;
    private final QuerySettings settings;
    private final QueryRuntime runtime;
    private final Stamps stamps;
    private final Map<TableName, Watched> watched = new LinkedHashMap<>();
    private final Map<TableName, QueryTable> known = new ConcurrentHashMap<>();
    private final Wishes wishes = new Wishes();
    /** Guarded by this. */
    private @Nullable KeyMemory memory;

    QueryChangeSource(QueryDatabase database, QuerySettings settings, QueryRuntime runtime) {
        this.database = database;
        this.settings = settings;
        this.runtime = runtime;
        this.stamps = new Stamps(runtime.clock());
        settings.tables().forEach(table -> watched.put(table.name(), table));
    }

    /**
     * A source that is asked through this pool; {@link #close} closes it if it can be closed.
     *
     * @param dataSource at least two connections; those to MariaDB and MySQL in UTC
     * @param name for messages: the URL without secrets
     */
    public static QueryChangeSource of(DataSource dataSource, String name, QuerySettings settings) {
        return new QueryChangeSource(new QueryDatabase(dataSource, name), settings, QueryRuntime.real());
    }

    @Override
    public String name() {
        return database.name();
    }

    @Override
    public List<Finding> examine(Set<TableName> tables) {
        return new QueryExamination(database, settings)
                .examine(tables.stream().map(this::watched).toList());
    }

    @Override
    public List<SourceTable> describe(Set<TableName> tables) {
        return read(tables).stream().map(QueryTable::source).toList();
    }

    /** Now, by the database's clock. Nothing is made at the source; the memory of keys is, when deletes are looked for. */
    @Override
    public Position establish(Set<TableName> tables) {
        List<QueryTable> found = read(tables);
        String id = memoryId();
        return database.visit("finding where to begin", (connection, dialect) -> {
                    Instant clock = database.clock(connection, dialect);
                    Map<String, Mark> marks = new LinkedHashMap<>();
                    for (QueryTable table : found) {
                        marks.put(
                                QueryPosition.nameOf(table.source().name()),
                                Reading.fromNow(connection, dialect, table, clock));
                    }
                    return new QueryPosition(stamps.next(), id, clock, marks);
                })
                .toPosition();
    }

    /**
     * @throws GapException when the memory of keys that belongs to the position is lost: which rows were deleted meanwhile cannot be
     *     found out any more
     */
    @Override
    public ChangeStream open(Set<TableName> tables, Position after) {
        QueryPosition position = QueryPosition.parse(after);
        stamps.heard(position.stamp());
        // whoever stands later than this moment is noticed from now on
        stamps.next();
        KeyMemory keys = memory();
        if (keys != null) {
            checkMemory(keys, position);
        }
        List<QueryTable> found = read(tables);
        Reading reading = new Reading(database, runtime.nanos(), found, position);
        return new QueryStream(this, reading, keys, keys == null ? null : new DeleteSearch(database, keys, found));
    }

    private void checkMemory(KeyMemory keys, QueryPosition position) {
        if (position.memory().equals(QueryPosition.NO_MEMORY)) {
            LOG.warn(
                    "rows of {} that were deleted before now, while deletes were not looked for, stay at the targets",
                    name());
        } else if (!position.memory().equals(keys.id())) {
            throw new GapException(
                    "the memory of keys in the directory 'memory' is not the one that belongs to the target's position ("
                            + keys.id() + " instead of " + position.memory() + "): which rows " + name()
                            + " has deleted meanwhile cannot be found; bring the directory back, or empty the target's tables and copy"
                            + " them anew");
        }
    }

    @Override
    public boolean covers(Position position, Position other) {
        long one = QueryPosition.parse(position).stamp();
        long two = QueryPosition.parse(other).stamp();
        stamps.heard(Math.max(one, two));
        return one >= two;
    }

    @Override
    public SnapshotReader snapshot() {
        return new QuerySnapshotReader(this);
    }

    @Override
    public ColumnTypes types() {
        return new ValueTypes();
    }

    /** Nothing was made at the source. The directory of the memory stays: delete it together with the pipeline. */
    @Override
    public void release() {}

    /** Lets go of the memory of keys, so that a runner that takes over on this host can have it. */
    @Override
    public synchronized void rest() {
        KeyMemory held = memory;
        memory = null;
        if (held != null) {
            held.close();
        }
    }

    @Override
    public synchronized void close() {
        rest();
        if (database.dataSource() instanceof AutoCloseable pool) {
            try {
                pool.close();
            } catch (Exception e) {
                LOG.debug("closing the pool of {} failed; it held nothing but reading connections", name(), e);
            }
        }
    }

    private List<QueryTable> read(Set<TableName> tables) {
        QueryCatalog catalog = new QueryCatalog(settings);
        return database.visit("reading the catalog", (connection, dialect) -> {
            List<QueryTable> found = new ArrayList<>();
            for (Watched table : inOrderOfFile(tables)) {
                QueryTable read = catalog.read(connection, table);
                known.put(table.name(), read);
                found.add(read);
            }
            return found;
        });
    }

    private List<Watched> inOrderOfFile(Set<TableName> tables) {
        tables.forEach(this::watched);
        return settings.tables().stream()
                .filter(table -> tables.contains(table.name()))
                .toList();
    }

    private Watched watched(TableName table) {
        Watched found = watched.get(table);
        if (found == null) {
            throw new RejectedException("'tables' of the source names no change column for " + table);
        }
        return found;
    }

    QueryTable table(TableName name) {
        QueryTable table = known.get(name);
        return table == null ? read(Set.of(name)).get(0) : table;
    }

    QueryDatabase database() {
        return database;
    }

    QuerySettings settings() {
        return settings;
    }

    Stamps stamps() {
        return stamps;
    }

    long nanos() {
        return runtime.nanos().getAsLong();
    }

    long searchNanos() {
        return settings.deletes() == null ? 0 : settings.deletes().every().toNanos();
    }

    private String memoryId() {
        KeyMemory keys = memory();
        return keys == null ? QueryPosition.NO_MEMORY : keys.id();
    }

    private synchronized @Nullable KeyMemory memory() {
        if (memory == null && settings.deletes() != null) {
            memory = KeyMemory.open(settings.deletes().memory(), runtime.ids());
        }
        return memory;
    }

    void remember(QueryTable table, List<Row> rows) {
        KeyMemory keys = memory();
        if (keys != null && !rows.isEmpty()) {
            keys.of(table.source().name()).add(rows.stream().map(table::keyOf).toList());
        }
    }

    Wishes wishes() {
        return wishes;
    }
}
