package io.tallystick.cdc.file;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.replicator.KeySpan;
import io.tallystick.jdbc.RejectedException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a resync would copy and delete, told before it is ordered. */
final class ResyncPlan {

    private final ChangeSource source;

    ResyncPlan(ChangeSource source) {
        this.source = source;
    }

    /**
     * A part of a table, checked against its key.
     *
     * @param from the first key, included; null for the beginning
     * @param after the key before the first; null for the beginning
     * @throws RejectedException when these are no keys of the table
     */
    KeySpan span(TableName name, @Nullable List<String> from, @Nullable List<String> after, @Nullable List<String> to) {
        SourceTable table = source.describe(Set.of(name)).get(0);
        try (SnapshotReader reader = source.snapshot()) {
            List<String> key = reader.keyOrder(table);
            List<String> begin = from == null ? checked(table, key, after) : before(table, key, from);
            KeySpan span = new KeySpan(name, begin, checked(table, key, to));
            reader.read(table, span.after(), span.to(), 1);
            return span;
        } catch (IllegalArgumentException e) {
            throw new RejectedException(String.valueOf(e.getMessage()), e);
        }
    }

    private static @Nullable List<String> checked(SourceTable table, List<String> key, @Nullable List<String> values) {
        if (values != null && values.size() != key.size()) {
            throw new RejectedException("the key of " + table.name() + " is " + key + ", you gave " + values
                    + "; give one value for each column, with commas between them");
        }
        if (values != null) {
            for (int i = 0; i < key.size(); i++) {
                if (kind(table, key.get(i)) == ValueKind.INTEGER
                        && !values.get(i).matches("-?\\d{1,30}")) {
                    throw new RejectedException("column " + key.get(i) + " of " + table.name()
                            + " holds whole numbers, you gave '" + values.get(i) + "'");
                }
            }
        }
        return values;
    }

    /** The greatest key that is smaller. */
    private static List<String> before(SourceTable table, List<String> key, List<String> from) {
        checked(table, key, from);
        int last = key.size() - 1;
        if (kind(table, key.get(last)) != ValueKind.INTEGER) {
            throw new RejectedException(
                    "which key comes before " + from + " is not known, because column " + key.get(last) + " of "
                            + table.name() + " holds no whole numbers; say --after-key with the key before the first");
        }
        List<String> before = new ArrayList<>(from);
        before.set(last, new BigInteger(from.get(last)).subtract(BigInteger.ONE).toString());
        return before;
    }

    private static @Nullable ValueKind kind(SourceTable table, String column) {
        SourceColumn found = table.columns().get(table.indexOf(column));
        return found.type().kind();
    }
}
