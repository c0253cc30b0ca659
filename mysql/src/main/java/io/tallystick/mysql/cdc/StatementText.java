package io.tallystick.mysql.cdc;

import io.tallystick.cdc.TableName;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a statement in the log means for its rows. In row format the log holds statements only for the borders of transactions and for
 * DDL; anything that changes rows as a statement cannot be applied elsewhere and must not be passed over.
 *
 * @param table the table meant, for {@link Kind#TRUNCATE} and {@link Kind#CHANGES_UNSEEN}
 * @param branch the branch's name, for the kinds of XA
 */
record StatementText(Kind kind, @Nullable TableName table, String branch) {

    /** What a statement does. */
    enum Kind {
        BEGIN,
        COMMIT,
        ROLLBACK,
        SAVEPOINT,
        ROLLBACK_TO_SAVEPOINT,
        XA_START,
        XA_END,
        XA_COMMIT,
        XA_ROLLBACK,
        TRUNCATE,
        /** Changes rows without naming them. */
        CHANGES_ROWS,
        /** DDL that takes away rows of this table or puts others in: a partition, CREATE TABLE … SELECT. */
        CHANGES_UNSEEN,
        DDL,
        OTHER
    }

    private static final Pattern COMMENTS =
            Pattern.compile("^(\\s|/\\*(?!!|M!)([^*]|\\*(?!/))*\\*/|--\\s[^\\n]*\\n|#[^\\n]*\\n|\\()+");
    private static final String NAME = "(`(?:[^`]|``)+`|\"(?:[^\"]|\"\")+\"|[\\w$\\x{80}-\\x{10ffff}]+)";
    private static final String QUALIFIED = NAME + "(?:\\s*\\.\\s*" + NAME + ")?";
    private static final String TAIL = "\\s*(?:(?:WAIT\\s+\\d+|NOWAIT)\\s*)?;?\\s*(?:/\\*.*\\*/\\s*)?$";
    private static final Pattern TRUNCATES = pattern("^TRUNCATE\\s+(?:TABLE\\s+)?" + QUALIFIED + TAIL);
    /** How a server empties a MEMORY table when it starts. */
    private static final Pattern EMPTIES = pattern("^DELETE\\s+FROM\\s+" + QUALIFIED + TAIL);

    private static final Pattern XA = pattern("^XA\\s+(START|BEGIN|END|COMMIT|ROLLBACK)\\s+(.*?)\\s*$");
    private static final Pattern PARTITIONS = pattern("^ALTER\\s+(?:IGNORE\\s+)?TABLE\\s+" + QUALIFIED
            + ".*\\b(?:DROP|TRUNCATE|EXCHANGE|DISCARD|IMPORT|CONVERT)\\s+" + "(?:PARTITION|TABLESPACE|TABLE)\\b.*$");
    /** In row format a server logs the table's shape and its rows apart. */
    private static final Pattern CREATES_WITH_ROWS =
            pattern("^CREATE\\s+(?:OR\\s+REPLACE\\s+)?TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?" + QUALIFIED
                    + "\\b.*\\bSELECT\\b.*$");

    /** Stands before every transaction of MySQL. */
    private static final StatementText BEGINS = plain(Kind.BEGIN);

    private static final Set<String> ROW_WORDS = Set.of(
            "INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH", "CALL", "SELECT", "DO", "HANDLER", "IMPORT");
    private static final Set<String> DDL_WORDS = Set.of("CREATE", "ALTER", "DROP", "RENAME");

    static StatementText of(String statement, String schema) {
        if (statement.equals("BEGIN")) {
            return BEGINS;
        }
        String text = COMMENTS.matcher(statement).replaceFirst("");
        String word = text.split("[\\s(;`]", 2)[0].toUpperCase(Locale.ROOT);
        return switch (word) {
            case "BEGIN", "COMMIT", "SAVEPOINT" -> plain(Kind.valueOf(word));
            case "ROLLBACK" ->
                plain(
                        text.toUpperCase(Locale.ROOT).matches("(?s)ROLLBACK\\s+(WORK\\s+)?TO\\b.*")
                                ? Kind.ROLLBACK_TO_SAVEPOINT
                                : Kind.ROLLBACK);
            case "XA" -> xa(text);
            case "TRUNCATE" -> emptied(TRUNCATES.matcher(text), schema);
            case "DELETE" -> emptied(EMPTIES.matcher(text), schema);
            case "ALTER" -> altered(PARTITIONS.matcher(text), schema);
            case "CREATE" -> altered(CREATES_WITH_ROWS.matcher(text), schema);
            default ->
                plain(ROW_WORDS.contains(word) ? Kind.CHANGES_ROWS : DDL_WORDS.contains(word) ? Kind.DDL : Kind.OTHER);
        };
    }

    private static StatementText plain(Kind kind) {
        return new StatementText(kind, null, "");
    }

    private static StatementText xa(String text) {
        Matcher xa = XA.matcher(text);
        if (!xa.matches()) {
            return plain(Kind.OTHER);
        }
        String verb = xa.group(1).toUpperCase(Locale.ROOT);
        return new StatementText(
                Kind.valueOf("XA_" + (verb.equals("BEGIN") ? "START" : verb)),
                null,
                xa.group(2).toUpperCase(Locale.ROOT));
    }

    private static StatementText emptied(Matcher match, String schema) {
        return match.matches() ? new StatementText(Kind.TRUNCATE, table(match, schema), "") : plain(Kind.CHANGES_ROWS);
    }

    private static StatementText altered(Matcher match, String schema) {
        return match.matches() ? new StatementText(Kind.CHANGES_UNSEEN, table(match, schema), "") : plain(Kind.DDL);
    }

    private static TableName table(Matcher match, String schema) {
        return match.group(2) == null
                ? new TableName(schema, unquoted(match.group(1)))
                : new TableName(unquoted(match.group(1)), unquoted(match.group(2)));
    }

    private static String unquoted(String name) {
        char first = name.charAt(0);
        if (first != '`' && first != '"') {
            return name;
        }
        String quote = String.valueOf(first);
        return name.substring(1, name.length() - 1).replace(quote + quote, quote);
    }

    private static Pattern pattern(String regex) {
        return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }
}
