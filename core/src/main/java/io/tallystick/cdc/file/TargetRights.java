package io.tallystick.cdc.file;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.PipelineSpec.Destination;
import io.tallystick.cdc.file.PipelineSpec.Mode;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.SqlFailure;
import io.tallystick.jdbc.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What the user of a target may not do with the tables that a file's routes write there. Each right is asked for by EXPLAIN, for which all
 * three products demand the rights of the statement that is explained, and which does nothing: grants to columns, to roles and to
 * everybody count as the server counts them.
 */
final class TargetRights {

    private static final List<String> ALL = List.of("SELECT", "INSERT", "UPDATE", "DELETE");

    /** What the user was given, as MariaDB and MySQL tell it; columns that are named behind a right have been taken away. */
    private static final Pattern GRANT =
            Pattern.compile("GRANT (?:.*, )?(?:TRIGGER|ALL PRIVILEGES)(?:, .*)? ON (`.*?`|\\*)\\.(`.*?`|\\*) TO .*");

    /** All policies together, as the server sees it: who owns the table, or may pass by them, has none. */
    private static final String FILTERED = """
            SELECT row_security_active(c.oid) AS filtered FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ?
            """;

    private final Tx tx;
    private final TargetDialect dialect;
    private final String user;

    private TargetRights(Tx tx, TargetDialect dialect, String user) {
        this.tx = tx;
        this.dialect = dialect;
        this.user = user;
    }

    static List<Finding> examine(DataSource pool, Map<Destination, TargetTable> tables) {
        return Jdbc.on(pool).autocommit(tx -> examine(tx, tables));
    }

    /** On a connection where every statement commits by itself. */
    static List<Finding> examine(Tx tx, Map<Destination, TargetTable> tables) {
        try {
            TargetDialect dialect = TargetDialect.of(tx.connection());
            if (dialect != TargetDialect.POSTGRESQL && !dialect.isMySqlFamily()) {
                return List.of();
            }
            return new TargetRights(tx, dialect, user(tx, dialect)).examine(tables);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), false, "examining the rights at a target");
        }
    }

    /**
     * The statement that grants all that a table needs, when its user may not even read it; null when he may, or when it is not there.
     * MariaDB and MySQL do not show him such a table.
     */
    static @Nullable String grantOfAll(Tx tx, Destination destination) {
        try {
            TargetDialect dialect = TargetDialect.of(tx.connection());
            String quoted = dialect.quote(destination.table());
            TargetRights rights = new TargetRights(tx, dialect, user(tx, dialect));
            return rights.denied("SELECT 1 FROM " + quoted)
                    ? "GRANT " + String.join(", ", ALL) + " ON " + quoted + " TO " + rights.user
                    : null;
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), false, "examining the rights at a target");
        }
    }

    private static String user(Tx tx, TargetDialect dialect) {
        String user = tx.query("SELECT CURRENT_USER AS name", row -> row.string("name"))
                .get(0);
        return dialect == TargetDialect.POSTGRESQL
                ? dialect.quote(user)
                : Arrays.stream(user.split("@", 2))
                        .map(part -> "'" + part + "'")
                        .collect(Collectors.joining("@"));
    }

    private List<Finding> examine(Map<Destination, TargetTable> tables) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        Set<TableName> looked = new HashSet<>();
        for (Map.Entry<Destination, TargetTable> one : tables.entrySet()) {
            TargetTable table = one.getValue();
            // a table that several routes write: the one that does most with it speaks for all
            if (looked.add(table.name()) && usable(findings, table.name())) {
                List<String> columns =
                        table.columns().stream().map(TargetColumn::name).toList();
                rights(findings, table.name().toString(), dialect.quote(table.name()), wanted(tables, table), columns);
                hidden(findings, table.name());
                triggers(findings, table.name());
            }
        }
        return findings;
    }

    private static List<String> wanted(Map<Destination, TargetTable> tables, TargetTable table) {
        boolean made = tables.entrySet().stream()
                .filter(one -> one.getValue().name().equals(table.name()))
                .allMatch(one -> one.getKey().mode() == Mode.INSERT_IF_ABSENT);
        return made ? List.of("SELECT", "INSERT") : ALL;
    }

    /** On PostgreSQL the schema has rights of its own. */
    private boolean usable(List<Finding> findings, TableName table) {
        if (dialect != TargetDialect.POSTGRESQL
                || tx.query("SELECT has_schema_privilege(?, 'USAGE') AS may", row -> row.bool("may"), table.schema())
                        .get(0)) {
            return true;
        }
        String schema = "SCHEMA " + dialect.quote(table.schema());
        findings.add(Finding.error(
                "schema " + table.schema(),
                "without the right to USAGE for " + user,
                "none of its tables can be written",
                "GRANT USAGE ON " + schema + " TO " + user));
        return false;
    }

    private void rights(List<Finding> findings, String name, String quoted, List<String> wanted, List<String> columns)
            throws SQLException {
        List<String> missing = new ArrayList<>();
        for (String right : wanted) {
            if (denied(statement(right, quoted, columns))) {
                missing.add(right);
            }
        }
        if (!missing.isEmpty()) {
            String all = String.join(", ", missing);
            findings.add(Finding.error(
                    "table " + name,
                    "without the right to " + all + " for " + user,
                    "the pipeline waits at its first change there",
                    "GRANT " + all + " ON " + quoted + " TO " + user));
        }
    }

    /** NULL instead of what stands there, which would take the right to read it. */
    private String statement(String right, String table, List<String> columns) {
        List<String> quoted = columns.stream().map(dialect::quote).toList();
        String all = String.join(", ", quoted);
        return switch (right) {
            case "INSERT" ->
                "INSERT INTO " + table + " (" + all + ") SELECT "
                        + String.join(", ", Collections.nCopies(quoted.size(), "NULL"))
                        + " FROM (SELECT 1) one WHERE 1 = 0";
            case "UPDATE" -> "UPDATE " + table + " SET " + String.join(" = NULL, ", quoted) + " = NULL WHERE 1 = 0";
            case "DELETE" -> "DELETE FROM " + table + " WHERE 1 = 0";
            default -> "SELECT " + all + " FROM " + table + " WHERE 1 = 0";
        };
    }

    private boolean denied(String statement) throws SQLException {
        try (Statement asked = tx.connection().createStatement()) {
            asked.execute("EXPLAIN " + statement);
            return false;
        } catch (SQLException e) {
            SqlFailure failure = SqlErrors.classify(e, tx.dialect(), false);
            if (failure == SqlFailure.UNAVAILABLE || failure == SqlFailure.CONFLICT) {
                throw e;
            }
            // anything else (a key that only the database may make, say) is no matter of rights, and told elsewhere
            return SqlErrors.isMissingPrivilege(e, tx.dialect());
        }
    }

    /** A session of a pipeline is refused where PostgreSQL would pass over rows without a word. */
    private void hidden(List<Finding> findings, TableName table) {
        if (dialect == TargetDialect.POSTGRESQL
                && tx.query(FILTERED, row -> row.bool("filtered"), table.schema(), table.table())
                        .contains(true)) {
            findings.add(Finding.error(
                    "table " + table,
                    "under row-level security for " + user,
                    "changes of rows that its policies hide would be lost, so the pipeline waits at its first change there",
                    "ALTER ROLE " + user + " BYPASSRLS"));
        }
    }

    /** MariaDB and MySQL show a table's triggers to nobody else, and a pipeline keeps the order of changes where it sees some. */
    private void triggers(List<Finding> findings, TableName table) throws SQLException {
        if (dialect.isMySqlFamily() && !seesTriggers(table)) {
            findings.add(Finding.warning(
                    "triggers of " + table,
                    "not to be seen by " + user,
                    "if the table has any, they would see fewer changes than the source made, and in another order",
                    "GRANT TRIGGER ON " + dialect.quote(table) + " TO " + user));
        }
    }

    private boolean seesTriggers(TableName table) throws SQLException {
        try (Statement asked = tx.connection().createStatement();
                ResultSet grants = asked.executeQuery(showGrants())) {
            while (grants.next()) {
                Matcher grant = GRANT.matcher(grants.getString(1).replaceAll(" \\([^)]*\\)", ""));
                if (grant.matches() && isFor(table, unquoted(grant.group(1)), unquoted(grant.group(2)))) {
                    return true;
                }
            }
            return false;
        }
    }

    /** MariaDB tells what the role that is on gives as well; MySQL does so for roles that are named. */
    private String showGrants() {
        if (dialect != TargetDialect.MYSQL) {
            return "SHOW GRANTS";
        }
        String roles = tx.query("SELECT CURRENT_ROLE() AS roles", row -> row.string("roles"))
                .get(0);
        return "SHOW GRANTS FOR CURRENT_USER()" + (roles.equals("NONE") ? "" : " USING " + roles);
    }

    /** A right to one table names its database, any other a pattern. */
    private boolean isFor(TableName table, String database, String name) {
        if (!name.equals("*")) {
            return database.equals(table.schema()) && name.equals(table.table());
        }
        return database.equals("*")
                || tx.query("SELECT ? LIKE ? AS fits", row -> row.bool("fits"), table.schema(), database)
                        .contains(true);
    }

    private static String unquoted(String name) {
        return name.startsWith("`") ? name.substring(1, name.length() - 1).replace("``", "`") : name;
    }
}
