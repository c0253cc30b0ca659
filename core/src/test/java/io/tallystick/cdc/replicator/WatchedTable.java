package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Mirrors one table into one that is fit when it is there. For the thread of its target. */
final class WatchedTable implements ChangeMapping, TableWatch {

    private final TestDatabase db;
    private final SourceTable source;
    private final TableName table;
    private boolean leftOut;
    private @Nullable MirrorMapping made;

    WatchedTable(TestDatabase db, SourceTable source, TableName table) {
        this.db = db;
        this.source = source;
        this.table = table;
    }

    private MirrorMapping mapping() {
        MirrorMapping mapping = made;
        if (mapping == null) {
            mapping = make();
            made = mapping;
        }
        return mapping;
    }

    private MirrorMapping make() {
        try (Connection connection = db.connect()) {
            TargetTable found = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(table)))
                    .get(0);
            return new MirrorMapping(Map.of(source.name(), found));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (RejectedException e) {
            // as mappings of files do: not the change is wrong
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void map(Change change, Consumer<TargetChange> out) {
        if (!leftOut) {
            mapping().map(change, out);
        }
    }

    @Override
    public List<Mirror> mirrors(SourceTable from) {
        return mapping().mirrors(from);
    }

    @Override
    public TableWatch watch() {
        return this;
    }

    @Override
    public void leaveOut(Set<TableName> sources) {
        leftOut = sources.contains(source.name());
        made = null;
    }

    @Override
    public Map<TableName, Unfit> unfit() {
        Unfit unfit = leftOut ? null : look(source.name(), Map.of());
        return unfit == null ? Map.of() : Map.of(source.name(), unfit);
    }

    @Override
    public @Nullable Unfit look(TableName from, @Nullable Map<TableName, List<String>> written) {
        try (Connection connection = db.connect()) {
            return TargetCatalog.of(connection).exists(table)
                    ? null
                    : new Unfit(table + " does not exist", null, Map.of(table, List.of()), null);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
