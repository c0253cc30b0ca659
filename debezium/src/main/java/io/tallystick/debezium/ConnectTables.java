package io.tallystick.debezium;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/** Tables as Debezium's schemas describe them; one object as long as the shape stays the same. For one thread. */
final class ConnectTables {

    private final String placeholder;
    private final Map<TableName, ConnectTable> known = new HashMap<>();

    /** @param placeholder what Debezium writes for a value that the log did not repeat */
    ConnectTables(String placeholder) {
        this.placeholder = placeholder;
    }

    /**
     * The table in this shape.
     *
     * @param row of one image of a row
     * @param key null for a table without a key
     */
    ConnectTable of(TableName name, Schema row, @Nullable Schema key) {
        ConnectTable last = known.get(name);
        if (last != null && last.isOf(row)) {
            return last;
        }
        List<ConnectColumn> columns = new ArrayList<>();
        List<SourceColumn> described = new ArrayList<>();
        for (Field field : row.fields()) {
            ConnectColumn column = ConnectColumn.of(name, field, placeholder);
            columns.add(column);
            described.add(
                    new SourceColumn(field.name(), column.type(), key != null && key.field(field.name()) != null));
        }
        SourceTable table = new SourceTable(name, described);
        if (last != null && last.table().equals(table)) {
            table = last.table();
        }
        ConnectTable found = new ConnectTable(table, row, columns);
        known.put(name, found);
        return found;
    }
}
