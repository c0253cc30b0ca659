package io.tallystick.jdbc;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Asks whether a table is there and may be used, by statements that touch no row: the databases check names and rights before they
 * look for rows, and that answer cannot differ from what the real statement will get.
 */
final class SchemaProbe {

    private static final String READ = "SELECT * FROM %1$s WHERE 1 = 0";
    private static final Map<String, String> STATEMENTS = new TreeMap<>(Map.of(
            "SELECT",
            READ,
            "INSERT",
            "INSERT INTO %1$s SELECT * FROM %1$s WHERE 1 = 0",
            "DELETE",
            "DELETE FROM %1$s WHERE 1 = 0"));

    private final Tx tx;

    /** On an autocommit connection, where a refused statement spoils nothing. */
    SchemaProbe(Tx tx) {
        this.tx = tx;
    }

    /** As the catalogue says, for any transaction: no statement of it can fail. */
    boolean isListed(String table) {
        String sql = tx.dialect().isInnoDb()
                ? "SELECT COUNT(*) AS found FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?"
                : "SELECT CASE WHEN to_regclass(?) IS NULL THEN 0 ELSE 1 END AS found";
        return tx.queryOne(sql, row -> row.intValue("found"), table).orElse(0) > 0;
    }

    boolean tableExists(String table) {
        return run(READ.formatted(table)) != Answer.NO_TABLE;
    }

    boolean mayRead(String table) {
        return run(READ.formatted(table)) == Answer.ALLOWED;
    }

    List<String> problemsOf(String table) {
        List<String> missingRights = new ArrayList<>();
        Map<String, String> probes = new TreeMap<>(STATEMENTS);
        probes.put("UPDATE", updateProbe(table));
        for (Map.Entry<String, String> probe : probes.entrySet()) {
            Answer answer = run(probe.getValue().formatted(table));
            if (answer == Answer.NO_TABLE) {
                return List.of("table " + table + " is missing");
            }
            if (answer == Answer.NO_RIGHT) {
                missingRights.add(probe.getKey());
            }
        }
        return missingRights.isEmpty()
                ? List.of()
                : List.of("right " + String.join(", ", missingRights) + " on table " + table + " is missing");
    }

    private String updateProbe(String table) {
        if (!tx.dialect().isInnoDb()) {
            return READ + " FOR UPDATE";
        }
        // MariaDB lets a reader lock rows, so only a real UPDATE tells
        String columns = "SELECT column_name AS name FROM information_schema.columns"
                + " WHERE table_schema = DATABASE() AND table_name = ? LIMIT 1";
        return tx.queryOne(columns, row -> row.string("name"), table)
                .map(column -> "UPDATE %1$s SET `" + column + "` = `" + column + "` WHERE 1 = 0")
                .orElse(READ);
    }

    private Answer run(String sql) {
        try (Statement statement = tx.connection().createStatement()) {
            statement.execute(sql);
            return Answer.ALLOWED;
        } catch (SQLException e) {
            if (SqlErrors.isMissingTable(e, tx.dialect())) {
                return Answer.NO_TABLE;
            }
            if (SqlErrors.isMissingPrivilege(e, tx.dialect())) {
                return Answer.NO_RIGHT;
            }
            if (SqlErrors.classify(e, tx.dialect(), false) == SqlFailure.REJECTED) {
                // generated columns and the like: the right was there, the probe itself did not fit
                return Answer.ALLOWED;
            }
            throw SqlErrors.translate(e, tx.dialect(), false, "checking the schema with: " + sql);
        }
    }

    private enum Answer {
        ALLOWED,
        NO_TABLE,
        NO_RIGHT
    }
}
