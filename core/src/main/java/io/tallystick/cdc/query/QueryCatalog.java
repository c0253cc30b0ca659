package io.tallystick.cdc.query;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueType;
import io.tallystick.cdc.query.QuerySettings.Watched;
import io.tallystick.jdbc.RejectedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads watched tables from the catalog. Columns that the database computes are left out: the target computes its own. */
final class QueryCatalog {

    private final QuerySettings settings;

    QueryCatalog(QuerySettings settings) {
        this.settings = settings;
    }

    /** @throws RejectedException when the table, its key or its change column is not there, or the latter cannot be ordered by */
    QueryTable read(Connection connection, Watched watched) throws SQLException {
        TargetTable found = table(connection, watched);
        List<String> names = found.columns().stream().map(TargetColumn::name).toList();
        int change = names.indexOf(watched.changeColumn());
        if (change < 0) {
            throw new RejectedException(watched.name() + " has no column " + watched.changeColumn()
                    + " that could be asked for changes; it has " + String.join(", ", names));
        }
        TargetColumn column = found.columns().get(change);
        if (!ChangeScale.ORDERED.contains(column.kind())) {
            throw new RejectedException(column.name() + " of " + watched.name() + " is of type " + column.type()
                    + ", whose order says nothing about time; name a column with a time, or a number that only grows");
        }
        return new QueryTable(
                watched,
                source(found),
                found,
                change,
                new ChangeScale(column.kind(), settings.zone(), watched.overlap()));
    }

    private static TargetTable table(Connection connection, Watched watched) throws SQLException {
        TargetCatalog catalog = TargetCatalog.of(connection);
        if (watched.key().isEmpty()) {
            return catalog.read(List.of(Wanted.all(watched.name()))).get(0);
        }
        List<TargetColumn> columns = catalog.columns(watched.name());
        List<String> names = columns.stream().map(TargetColumn::name).toList();
        if (!names.containsAll(watched.key())) {
            throw new RejectedException("table " + watched.name() + " does not exist, or lacks one of the columns "
                    + watched.key() + " of its 'key'; it has " + names);
        }
        List<Integer> key = watched.key().stream().map(names::indexOf).toList();
        return new TargetTable(watched.name(), columns, key, Set.of(), false);
    }

    private static SourceTable source(TargetTable found) {
        List<SourceColumn> columns = new ArrayList<>();
        for (int i = 0; i < found.columns().size(); i++) {
            TargetColumn column = found.columns().get(i);
            columns.add(new SourceColumn(
                    column.name(),
                    new ValueType(column.type(), column.kind()),
                    found.key().contains(i)));
        }
        return new SourceTable(found.name(), columns);
    }
}
