package io.tallystick.debezium;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueTypes;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A database that one of Debezium's connectors reads. Debezium's offset is the position, kept by the targets in their own transactions and
 * nowhere else; a transaction is handed out when Debezium has told its end. Copies are read over a connection of the connector's own,
 * shaped by the same converters as the log.
 */
final class DebeziumChangeSource implements ChangeSource {

    private final Connector connector;
    private final long inMemoryBytes;
    /** Stands for a value that the log did not repeat; no value of a user is so. */
    private final String placeholder;

    DebeziumChangeSource(Connector connector, long inMemoryBytes, String placeholder) {
        this.connector = connector;
        this.inMemoryBytes = inMemoryBytes;
        this.placeholder = placeholder;
    }

    static DebeziumChangeSource of(Connector connector) {
        return new DebeziumChangeSource(
                connector, HeldTransaction.IN_MEMORY_BYTES, "__tallystick_unchanged_" + UUID.randomUUID());
    }

    @Override
    public String name() {
        return connector.name();
    }

    @Override
    public List<Finding> examine(Set<TableName> tables) {
        return connector.examine(tables);
    }

    @Override
    public List<SourceTable> describe(Set<TableName> tables) {
        try (Copies copies = copies()) {
            return copies.describe(tables);
        }
    }

    @Override
    public Position establish(Set<TableName> tables) {
        return establish(tables, false);
    }

    @Override
    public Position establishAnew(Set<TableName> tables) {
        return establish(tables, true);
    }

    private Position establish(Set<TableName> tables, boolean anew) {
        String history = history();
        try {
            return new Offset(history, connector.establish(tables, settings(tables), anew)).toPosition();
        } catch (RuntimeException e) {
            throw meaning("preparing to read", e);
        }
    }

    @Override
    public ChangeStream open(Set<TableName> tables, Position after) {
        Offset offset = Offset.parse(after);
        checkHistory(history(), offset);
        TaskRun run;
        try {
            run = TaskRun.start(connector.task(), settings(tables), offset.parts());
        } catch (RuntimeException e) {
            throw meaning("opening the log", e);
        }
        TransactionAssembler assembler =
                new TransactionAssembler(offset.history(), new ConnectTables(placeholder), inMemoryBytes);
        return new DebeziumStream(run, assembler, failure -> meaning("reading the log", failure));
    }

    private void checkHistory(String now, Offset offset) {
        if (!now.equals(offset.history())) {
            throw GapException.otherHistory(
                    "the target was fed from history " + offset.history() + ", but " + name()
                            + " is of history " + now
                            + ": it is another database, or was opened anew after an incomplete recovery. Correct the url, or copy the tables anew");
        }
    }

    private String history() {
        try (Access access = connector.access()) {
            return connector.history(access.connection().connection());
        } catch (SQLException | RuntimeException e) {
            throw meaning("connecting", e);
        }
    }

    /** The adapter's own settings come last: without them transactions would not be whole. */
    private Map<String, String> settings(Set<TableName> tables) {
        Map<String, String> settings = new HashMap<>(connector.settings(tables));
        settings.putAll(AdapterSettings.of(placeholder));
        return settings;
    }

    @Override
    public boolean covers(Position position, Position other) {
        if (position.equals(other)) {
            return true;
        }
        Offset one = Offset.parse(position);
        Offset two = Offset.parse(other);
        checkHistory(one.history(), two);
        return one.parts().equals(two.parts()) || connector.covers(one.parts(), two.parts());
    }

    @Override
    public SnapshotReader snapshot() {
        return copies();
    }

    private Copies copies() {
        try {
            Access access = connector.access();
            return new Copies(connector, access, placeholder, this::meaning);
        } catch (SQLException | RuntimeException e) {
            throw meaning("connecting", e);
        }
    }

    @Override
    public ColumnTypes types() {
        return new ValueTypes();
    }

    @Override
    public void release() {
        connector.release();
    }

    @Override
    public void close() {
        // streams and readers close what they opened
    }

    TallystickException meaning(String what, Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof TallystickException known) {
                return known;
            }
        }
        return connector
                .explain(failure)
                .orElseGet(() ->
                        new UnavailableException(what + " of " + name() + " failed: " + reasons(failure), failure));
    }

    /** Debezium's own exceptions say little; the reason is what they wrap. */
    private static String reasons(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String said = String.valueOf(each.getMessage());
            if (text.indexOf(said) < 0) {
                text.append(text.isEmpty() ? "" : "; ").append(said);
            }
        }
        return text.toString();
    }
}
