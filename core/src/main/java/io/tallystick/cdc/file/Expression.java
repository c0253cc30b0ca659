package io.tallystick.cdc.file;

import io.tallystick.jdbc.RejectedException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.commons.jexl3.JexlBuilder;
import org.apache.commons.jexl3.JexlContext;
import org.apache.commons.jexl3.JexlEngine;
import org.apache.commons.jexl3.JexlException;
import org.apache.commons.jexl3.JexlFeatures;
import org.apache.commons.jexl3.JexlScript;
import org.apache.commons.jexl3.introspection.JexlPermissions;
import org.jspecify.annotations.Nullable;

/**
 * A value computed from a row's columns, in a small part of Apache Commons JEXL: literals, arithmetic, comparison, {@code and},
 * {@code or}, {@code not}, {@code ? :} and the functions of {@link Functions}. A column whose name has blanks or signs, or is a word of
 * this language, stands in backquotes. No assignment, no loop, no class and no method of an
 * object can be reached; the same row always gives the same value. Immutable, thread-safe.
 */
public final class Expression {

    private static final JexlEngine ENGINE = new JexlBuilder()
            .features(JexlFeatures.createNone().methodCall(false))
            .permissions(new JexlPermissions.ClassPermissions(Functions.class))
            .namespaces(Collections.singletonMap(null, new Functions()))
            .strict(true)
            .silent(false)
            .create();

    private final String text;
    private final ColumnNames names;
    private final JexlScript script;
    private final Set<String> columns;

    private Expression(String text, ColumnNames names, JexlScript script) {
        this.text = text;
        this.names = names;
        this.script = script;
        this.columns = new TreeSet<>();
        for (List<String> path : variables(script)) {
            columns.add(names.column(String.join(".", path)));
        }
    }

    private static Collection<List<String>> variables(JexlScript script) {
        return script.getVariables();
    }

    /** @throws RejectedException saying where it cannot be understood */
    public static Expression parse(String text) {
        try {
            ColumnNames names = ColumnNames.in(text);
            return new Expression(text, names, ENGINE.createScript(names.rewritten()));
        } catch (JexlException e) {
            throw new RejectedException("'" + text + "' cannot be understood: " + plain(e), e);
        }
    }

    /** The columns it reads. */
    public Set<String> columns() {
        return columns;
    }

    /** The column, when it is nothing but a column; then cells need not be decoded. */
    public @Nullable String onlyColumn() {
        return names.only();
    }

    /** @throws RejectedException when it has no value for this row, with the reason */
    @Nullable
    Object value(Function<String, @Nullable Object> row) {
        try {
            return script.execute(new RowContext(row, names, columns));
        } catch (JexlException e) {
            throw new RejectedException("'" + text + "' has no value: " + plain(e), e);
        }
    }

    private static String plain(JexlException e) {
        String message = String.valueOf(e.getMessage());
        int at = message.indexOf('@');
        return at < 0 ? message : message.substring(at + 1);
    }

    @Override
    public String toString() {
        return text;
    }

    private record RowContext(Function<String, @Nullable Object> row, ColumnNames names, Set<String> columns)
            implements JexlContext {
        /** It is asked for the first part of a name with a dot too, which is no column. */
        @Override
        public @Nullable Object get(String name) {
            String column = names.column(name);
            return columns.contains(column) ? row.apply(column) : null;
        }

        @Override
        public boolean has(String name) {
            return columns.contains(names.column(name));
        }

        @Override
        public void set(String name, Object value) {
            throw new RejectedException("an expression cannot set " + name);
        }
    }
}
