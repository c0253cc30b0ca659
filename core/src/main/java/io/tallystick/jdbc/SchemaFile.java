package io.tallystick.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One append-only SQL file of a component, for example {@code saga/V001__saga_tables.sql}. */
record SchemaFile(String component, int version, String name, String sql) {

    private static final Pattern NAME = Pattern.compile("V(\\d+)__\\w+\\.sql");
    private static final Pattern TABLE =
            Pattern.compile("(?im)^\\s*CREATE\\s+TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?([\\w.]+)");
    private static final Pattern PIECE = Pattern.compile(
            "(?s)--[^\\n]*|/\\*.*?\\*/|'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|\\$(\\w*)\\$.*?\\$\\1\\$|;|[^;'\"`$/-]+|.");

    static SchemaFile read(ClassLoader loader, String folder, String component, String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalStateException(
                    "schema file " + folder + name + " must be named like V001__what_it_makes.sql");
        }
        try (InputStream in = loader.getResourceAsStream(folder + name)) {
            if (in == null) {
                throw new IllegalStateException("schema file " + folder + name + " vanished from the class path");
            }
            String sql = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
            return new SchemaFile(component, Integer.parseInt(matcher.group(1)), name, sql);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read schema file " + folder + name, e);
        }
    }

    String path() {
        return component + "/" + name;
    }

    /** SHA-256 of the text with Unix line ends, so that a checkout on another system counts as the same file. */
    String checksum() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(sql.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The tables that this file makes. */
    List<String> tables() {
        return TABLE.matcher(sql).results().map(r -> r.group(1)).toList();
    }

    /** The statements, split at semicolons outside of quotes, dollar quotes and comments. */
    List<String> statements() {
        List<String> statements = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (MatchResult piece : PIECE.matcher(sql).results().toList()) {
            String text = piece.group();
            if (text.equals(";")) {
                addTo(statements, current);
            } else if (!text.startsWith("--") && !text.startsWith("/*")) {
                current.append(text);
            }
        }
        addTo(statements, current);
        return statements;
    }

    private static void addTo(List<String> statements, StringBuilder current) {
        String statement = current.toString().strip();
        if (!statement.isEmpty()) {
            statements.add(statement);
        }
        current.setLength(0);
    }
}
