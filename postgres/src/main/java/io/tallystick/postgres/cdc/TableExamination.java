package io.tallystick.postgres.cdc;

import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import io.tallystick.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Looks for what keeps one table from being replicated. Changes nothing. */
final class TableExamination {

    private static final String TABLE = """
            SELECT c.relkind::text AS kind, c.relpersistence::text AS persistence, c.relreplident::text AS identity,
                   c.relispartition AS partition, has_table_privilege(c.oid, 'SELECT') AS readable,
                   row_security_active(c.oid) AS filtered,
                   pg_has_role(c.relowner, 'USAGE')
                       OR EXISTS (SELECT 1 FROM pg_publication_tables p
                                   WHERE p.pubname = ? AND p.schemaname = n.nspname AND p.tablename = c.relname) AS publishable,
                   current_user::text AS me,
                   EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS keyed,
                   EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident) AS indexed
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ? AND c.relname = ?""";

    private final Tx tx;
    private final TableName table;
    private final String publication;
    private final List<Finding> findings = new ArrayList<>();

    TableExamination(Tx tx, TableName table, String publication) {
        this.tx = tx;
        this.table = table;
        this.publication = publication;
    }

    List<Finding> findings() {
        tx.queryOne(TABLE, Shape::of, publication, table.schema(), table.table())
                .ifPresentOrElse(this::examine, this::missing);
        return findings;
    }

    private void missing() {
        error("missing", "there is nothing to read", "correct its name; names are compared by case, without quotes");
    }

    private void examine(Shape shape) {
        if (!shape.kind().equals("r") && !shape.kind().equals("p")) {
            error("no table", "views, sequences and foreign tables are not in the log", "name the tables behind it");
            return;
        }
        if (!shape.persistence().equals("p")) {
            error("unlogged", "its changes are not in the log", alter("SET LOGGED"));
        }
        if (shape.partition()) {
            warning(
                    "a partition",
                    "its changes may be sent under the name of its root",
                    "name the partitioned table instead of its partitions");
        }
        rights(shape);
        identity(shape);
        types();
    }

    private void rights(Shape shape) {
        String me = Sql.name(shape.me());
        if (!shape.readable()) {
            error(
                    "not readable by " + shape.me(),
                    "it cannot be copied at the start",
                    "GRANT SELECT ON " + name() + " TO " + me + ";");
        }
        if (shape.filtered()) {
            error(
                    "under row-level security for " + shape.me(),
                    "it cannot be copied at the start: rows that its policies hide are in the log, and would be missing in the copy",
                    "ALTER ROLE " + me + " BYPASSRLS;");
        }
        if (!shape.publishable()) {
            error(
                    "owned by another role",
                    "only its owner can put it into a publication",
                    alter("OWNER TO " + me) + " or let its owner add it: ALTER PUBLICATION " + Sql.name(publication)
                            + " ADD TABLE " + name() + ";");
        }
    }

    private void identity(Shape shape) {
        String none = "UPDATE and DELETE fail on the source as soon as it is published";
        switch (shape.identity()) {
            case "d" -> {
                if (!shape.keyed()) {
                    error(
                            "without primary key",
                            none,
                            alter("ADD PRIMARY KEY (...)") + " or, slower, " + alter("REPLICA IDENTITY FULL"));
                }
            }
            case "n" -> error("REPLICA IDENTITY NOTHING", none, alter("REPLICA IDENTITY DEFAULT"));
            case "i" -> {
                if (!shape.indexed()) {
                    error("replica identity index dropped", none, alter("REPLICA IDENTITY DEFAULT"));
                }
            }
            default -> full(shape);
        }
    }

    private void full(Shape shape) {
        String price = "whole old rows are written into the log";
        if (shape.keyed()) {
            warning("REPLICA IDENTITY FULL", price, alter("REPLICA IDENTITY DEFAULT") + " unless old rows are wanted");
        } else {
            warning(
                    "without primary key",
                    price + ", and it can be neither copied part by part nor found by key",
                    alter("ADD PRIMARY KEY (...)"));
        }
    }

    private void types() {
        SourceTable described = new TableCatalog().describe(tx, Set.of(table)).get(0);
        described.columns().stream()
                .filter(column -> column.type() instanceof PgType type && !type.readsBinary())
                .forEach(column -> warning(
                        "column " + column.name() + " of type " + column.type().declared(),
                        "its binary form is unknown here, or means something else in another database, so the source writes the whole log as text, which is slower",
                        "nothing must be done; leave the table out if speed counts more"));
    }

    private void error(String found, String why, String mend) {
        findings.add(Finding.error("table " + table, found, why, mend));
    }

    private void warning(String found, String why, String mend) {
        findings.add(Finding.warning("table " + table, found, why, mend));
    }

    private String alter(String what) {
        return "ALTER TABLE " + name() + " " + what + ";";
    }

    private String name() {
        return Sql.name(table);
    }

    private record Shape(
            String kind,
            String persistence,
            String identity,
            boolean partition,
            boolean readable,
            boolean filtered,
            boolean publishable,
            String me,
            boolean keyed,
            boolean indexed) {

        static Shape of(Row row) throws SQLException {
            return new Shape(
                    row.string("kind"),
                    row.string("persistence"),
                    row.string("identity"),
                    row.bool("partition"),
                    row.bool("readable"),
                    row.bool("filtered"),
                    row.bool("publishable"),
                    row.string("me"),
                    row.bool("keyed"),
                    row.bool("indexed"));
        }
    }
}
