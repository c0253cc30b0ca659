package io.tallystick.cdc.file;

import io.tallystick.jdbc.RejectedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets columns of any name stand in an expression. JEXL's own names are ASCII, and some words are
 * its own; so names in backquotes, names with other letters, and a word that stands alone are given names that JEXL takes. Built once
 * for each expression, then immutable.
 */
final class ColumnNames {

    private static final Set<String> LITERALS = Set.of("null", "true", "false");

    private final String text;
    private final StringBuilder rewritten = new StringBuilder();
    private final Map<String, String> columns = new LinkedHashMap<>();
    private int at;

    private ColumnNames(String text) {
        this.text = text;
    }

    /** @throws RejectedException when a backquote has no end */
    static ColumnNames in(String text) {
        ColumnNames names = new ColumnNames(text);
        names.read();
        return names;
    }

    /** The expression as JEXL takes it. */
    String rewritten() {
        return rewritten.toString();
    }

    /** The column that a variable of the rewritten expression means; what stands before a dot says whose. */
    String column(String variable) {
        int name = variable.indexOf('.') + 1;
        if (name == 0) {
            return columns.getOrDefault(variable, variable);
        }
        return variable.substring(0, name) + columns.getOrDefault(variable.substring(name), variable.substring(name));
    }

    /** The column, when the whole expression is nothing but its name. */
    @Nullable
    String only() {
        return columns.size() == 1 && columns.containsKey(rewritten.toString().strip())
                ? columns.values().iterator().next()
                : null;
    }

    private void read() {
        String alone = text.strip();
        if (isName(alone) && !LITERALS.contains(alone)) {
            name(alone);
            return;
        }
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'' || c == '"') {
                literal(c);
            } else if (c == '`') {
                quoted();
            } else if (isPart(c)) {
                word();
            } else {
                rewritten.append(c);
                at++;
            }
        }
    }

    private void literal(char quote) {
        int end = at + 1;
        while (end < text.length() && text.charAt(end) != quote) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        end = Math.min(text.length(), end + 1);
        rewritten.append(text, at, end);
        at = end;
    }

    /** Two backquotes inside mean one. */
    private void quoted() {
        StringBuilder name = new StringBuilder();
        int next = at + 1;
        while (next < text.length()
                && (text.charAt(next) != '`' || next + 1 < text.length() && text.charAt(next + 1) == '`')) {
            name.append(text.charAt(next));
            next += text.charAt(next) == '`' ? 2 : 1;
        }
        if (next >= text.length()) {
            throw new RejectedException("'" + text + "' cannot be understood: the ` at character " + (at + 1)
                    + " has no end; a column's name stands between two of them");
        }
        name(name.toString());
        at = next + 1;
    }

    private void word() {
        int end = at;
        while (end < text.length() && isPart(text.charAt(end))) {
            end++;
        }
        String word = text.substring(at, end);
        if (word.chars().allMatch(c -> c < 128) || !isName(word)) {
            rewritten.append(word);
        } else {
            name(word);
        }
        at = end;
    }

    private void name(String column) {
        String variable = columns.entrySet().stream()
                .filter(known -> known.getValue().equals(column))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("$column" + columns.size());
        columns.put(variable, column);
        rewritten.append(variable);
    }

    private static boolean isName(String word) {
        return !word.isEmpty()
                && !Character.isDigit(word.charAt(0))
                && word.chars().allMatch(c -> isPart((char) c));
    }

    private static boolean isPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || Character.isSurrogate(c);
    }
}
