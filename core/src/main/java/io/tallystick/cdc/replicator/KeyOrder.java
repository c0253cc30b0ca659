package io.tallystick.cdc.replicator;

import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.ValueKind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the keys sort by which a table is copied, where that can be told without asking the source: whole numbers by their value, and what
 * the source sorts as its text reads. With any other key it cannot be told which of two targets has come less far with a table, and the
 * copying begins at the beginning instead. Immutable.
 *
 * @param numbers for each column of the key whether it sorts as a whole number, or else as a text
 */
record KeyOrder(List<Boolean> numbers) {

    KeyOrder {
        numbers = List.copyOf(numbers);
    }

    /** Of a key of one whole number. */
    static KeyOrder ofNumbers() {
        return new KeyOrder(List.of(true));
    }

    static Optional<KeyOrder> of(SourceTable table, SnapshotReader reader) {
        if (table.keyColumns().length == 0) {
            return Optional.empty();
        }
        List<Boolean> numbers = new ArrayList<>();
        for (String name : reader.keyOrder(table)) {
            SourceColumn column = table.columns().get(table.indexOf(name));
            boolean number = column.type().kind() == ValueKind.INTEGER;
            if (!number && !reader.sortsAsText(column)) {
                return Optional.empty();
            }
            numbers.add(number);
        }
        return Optional.of(new KeyOrder(numbers));
    }

    /** Whether a key comes before another one or is the same; null comes before all. */
    boolean isUpTo(@Nullable List<String> key, @Nullable List<String> other) {
        if (key == null || other == null) {
            return key == null;
        }
        for (int i = 0; i < numbers.size(); i++) {
            int order = numbers.get(i)
                    ? new BigInteger(key.get(i)).compareTo(new BigInteger(other.get(i)))
                    : key.get(i).compareTo(other.get(i));
            if (order != 0) {
                return order < 0;
            }
        }
        return true;
    }
}
