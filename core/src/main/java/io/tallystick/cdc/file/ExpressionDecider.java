package io.tallystick.cdc.file;

import io.tallystick.cdc.replicator.ConflictDecider;
import io.tallystick.cdc.replicator.RowImage;
import io.tallystick.jdbc.RejectedException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who wins a conflict, by an expression over {@code source.column} and {@code target.column} whose value is {@code 'source'}, {@code
 * 'target'} or {@code 'park'}. Immutable, thread-safe.
 */
final class ExpressionDecider implements ConflictDecider {

    private static final String SOURCE = "source.";
    private static final String TARGET = "target.";

    private final Expression expression;
    private final Set<String> columns = new TreeSet<>();

    private ExpressionDecider(Expression expression) {
        this.expression = expression;
        expression.columns().forEach(each -> columns.add(each.substring(SOURCE.length())));
    }

    /** @throws RejectedException when it cannot be understood, or reads something else than the two rows */
    static ExpressionDecider parse(String text) {
        Expression expression = Expression.parse(text);
        List<String> others = expression.columns().stream()
                .filter(each -> !each.startsWith(SOURCE) && !each.startsWith(TARGET))
                .toList();
        if (!others.isEmpty()) {
            throw new RejectedException("'" + text + "' reads " + String.join(", ", others)
                    + "; expected source.column or target.column, so that it is clear whose is meant");
        }
        return new ExpressionDecider(expression);
    }

    /** The target's columns that it reads. */
    Set<String> columns() {
        return columns;
    }

    @Override
    public Winner decide(RowImage source, RowImage target) {
        Object answer = expression.value(column -> value(column, source, target));
        for (Winner winner : Winner.values()) {
            if (answer instanceof String text && winner.name().equalsIgnoreCase(text)) {
                return winner;
            }
        }
        // the answer itself may be data
        throw new RejectedException("it answered " + (answer == null ? "nothing" : "something else")
                + " where 'source', 'target' or 'park' is expected");
    }

    private static @Nullable Object value(String column, RowImage source, RowImage target) {
        String name = column.substring(SOURCE.length());
        return column.startsWith(SOURCE) ? source.value(name) : target.value(name);
    }

    @Override
    public String toString() {
        return "decide(" + expression + ")";
    }
}
