package io.tallystick.cdc.file;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.type.TableMaker;
import io.tallystick.jdbc.UnavailableException;
import java.util.List;
import java.util.Set;

/** What is known of tables that get columns while a pipeline follows them. Thread-safe. */
final class Growth {

    private final ChangeSource source;
    private final TableMaker maker;

    Growth(ChangeSource source, TableMaker maker) {
        this.source = source;
        this.maker = maker;
    }

    /**
     * Whether the source's table has this column by now, so that a change without it was only made before.
     *
     * @throws UnavailableException when the source does not answer
     */
    boolean hasNow(TableName table, String column) {
        return source.describe(Set.of(table)).get(0).indexOf(column) >= 0;
    }

    String statement(TableName target, SourceColumn column) {
        return maker.addColumn(column, target);
    }

    /** The source's table has columns that the target's lacks, and the route wants them. Not the row is wrong: it waits. */
    static final class ColumnsMissing extends UnavailableException {

        private static final long serialVersionUID = 1L;

        private final transient TableName source;
        private final transient List<String> toFollow;

        /** @param toFollow the statements, when the route says that they are to be run; else none */
        ColumnsMissing(TableName source, String message, List<String> toFollow) {
            super(message);
            this.source = source;
            this.toFollow = List.copyOf(toFollow);
        }

        TableName source() {
            return source;
        }

        List<String> toFollow() {
            return toFollow;
        }
    }
}
