package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import java.util.Locale;
import java.util.Set;

/** What a statement may do to its transaction, judged by its first word; errs towards WRITE. */
enum SqlKind {
    /** Writes nothing by its own words; a function that it calls may. */
    QUERY,
    /** Anything else. */
    WRITE,
    /** PostgreSQL: throws away what the session was set up with, its limits or the statement that is prepared in it. */
    FORGET,
    /** Would end the transaction, or begin another: only the coordinator may. */
    CONTROL;

    private static final Set<String> QUERIES = Set.of("SELECT", "VALUES", "SHOW", "TABLE");
    private static final Set<String> WRITING = Set.of("INSERT", "UPDATE", "DELETE", "MERGE");
    private static final Set<String> CONTROLS = Set.of("COMMIT", "BEGIN", "START", "END", "ABORT", "XA");

    private static final Set<String> FORGETTING = Set.of("DEALLOCATE", "DISCARD", "RESET");

    /** MariaDB and MySQL commit the open transaction before, or after, each of these. */
    private static final Set<String> IMPLICIT_COMMITS = Set.of(
            "CREATE",
            "ALTER",
            "DROP",
            "TRUNCATE",
            "RENAME",
            "LOCK",
            "UNLOCK",
            "GRANT",
            "REVOKE",
            "ANALYZE",
            "OPTIMIZE",
            "REPAIR",
            "FLUSH");

    static SqlKind of(String sql, Dialect dialect) {
        int from = start(sql);
        if (from < 0) {
            return WRITE;
        }
        int to = from;
        while (to < sql.length() && Character.isLetter(sql.charAt(to))) {
            to++;
        }
        String word = sql.substring(from, to).toUpperCase(Locale.ROOT);
        if (QUERIES.contains(word)) {
            return isOneStatement(sql) ? QUERY : WRITE;
        }
        if (word.equals("WITH")) {
            return isOneStatement(sql) && WRITING.stream().noneMatch(upper(sql)::contains) ? QUERY : WRITE;
        }
        if (isControl(word, sql, to, dialect)) {
            return CONTROL;
        }
        return dialect == Dialect.POSTGRESQL && FORGETTING.contains(word) ? FORGET : WRITE;
    }

    private static boolean isControl(String word, String sql, int to, Dialect dialect) {
        if (CONTROLS.contains(word)) {
            return true;
        }
        return switch (word) {
            case "ROLLBACK" -> !upper(sql).contains(" TO ");
            case "PREPARE" -> upper(sql.substring(to)).strip().startsWith("TRANSACTION");
            case "SET" -> dialect.isInnoDb() && upper(sql).contains("AUTOCOMMIT");
            case "CREATE", "DROP" ->
                dialect.isInnoDb() && !upper(sql.substring(to)).strip().startsWith("TEMPORARY");
            default -> dialect.isInnoDb() && IMPLICIT_COMMITS.contains(word);
        };
    }

    /** Where the first word begins, behind blanks, brackets and comments; negative when a comment is none (MySQL's executable ones). */
    private static int start(String sql) {
        int at = 0;
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (Character.isWhitespace(c) || c == '(') {
                at++;
            } else if (sql.startsWith("--", at) || c == '#') {
                int end = sql.indexOf('\n', at);
                at = end < 0 ? sql.length() : end + 1;
            } else if (sql.startsWith("/*", at)) {
                int end = sql.indexOf("*/", at + 2);
                if (end < 0 || sql.startsWith("/*!", at) || sql.startsWith("/*M!", at)) {
                    return -1;
                }
                at = end + 2;
            } else {
                return at;
            }
        }
        return -1;
    }

    private static boolean isOneStatement(String sql) {
        int semicolon = sql.indexOf(';');
        return semicolon < 0 || sql.substring(semicolon + 1).isBlank();
    }

    private static String upper(String sql) {
        return sql.toUpperCase(Locale.ROOT);
    }
}
