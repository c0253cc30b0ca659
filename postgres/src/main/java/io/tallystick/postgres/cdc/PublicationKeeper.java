package io.tallystick.postgres.cdc;

import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The publication: by it the server knows which tables to send. Stateless. */
final class PublicationKeeper {

    /** Marks publications that are ours to drop. */
    private static final String MARK = "kept by Tallystick";

    private final String publication;

    PublicationKeeper(String publication) {
        this.publication = publication;
    }

    boolean exists(Tx tx) {
        return !tx.query(
                        "SELECT 1 AS one FROM pg_publication WHERE pubname = ?",
                        row -> row.intValue("one"),
                        publication)
                .isEmpty();
    }

    /** Those of the tables that the publication does not send; a partitioned table counts by itself, not by its partitions. */
    Set<TableName> missing(Tx tx, Set<TableName> tables) {
        Set<TableName> sent = Set.copyOf(tx.query(
                "SELECT schemaname::text AS schema, tablename::text AS name FROM pg_publication_tables WHERE pubname = ?",
                row -> new TableName(row.string("schema"), row.string("name")),
                publication));
        return tables.stream()
                .filter(table -> !sent.contains(table))
                .collect(Collectors.toCollection(
                        () -> new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()))));
    }

    /**
     * Makes the publication, or adds to it what it lacks.
     *
     * @return whether it was made: then nothing before now can be read with it
     * @throws RejectedException naming tables without a replica identity: once published, nobody could update their rows any more
     */
    boolean establish(Tx tx, List<SourceTable> described) {
        Set<TableName> tables = described.stream().map(SourceTable::name).collect(Collectors.toSet());
        if (!exists(tx)) {
            refuseNameless(described, tables);
            tx.update("CREATE PUBLICATION " + Sql.name(publication) + " FOR TABLE " + list(tables)
                    + " WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)");
            tx.update("COMMENT ON PUBLICATION " + Sql.name(publication) + " IS '" + MARK + "'");
            return true;
        }
        Set<TableName> missing = missing(tx, tables);
        if (!missing.isEmpty()) {
            refuseNameless(described, missing);
            tx.update("ALTER PUBLICATION " + Sql.name(publication) + " ADD TABLE " + list(missing));
        }
        return false;
    }

    private static void refuseNameless(List<SourceTable> described, Set<TableName> added) {
        List<String> nameless = described.stream()
                .filter(table -> added.contains(table.name()) && table.keyColumns().length == 0)
                .map(table ->
                        "ALTER TABLE " + Sql.name(table.name()) + " ADD PRIMARY KEY (...), or REPLICA IDENTITY FULL,"
                                + " for " + table.name() + " has no replica identity")
                .sorted()
                .toList();
        if (!nameless.isEmpty()) {
            throw new RejectedException("nothing was published, for UPDATE and DELETE would fail at the source: "
                    + String.join("; ", nameless));
        }
    }

    /** Drops the publication unless somebody else made it. */
    void release(Tx tx) {
        boolean ours = !tx.query(
                        "SELECT 1 AS one FROM pg_publication WHERE pubname = ? AND obj_description(oid, 'pg_publication') = ?",
                        row -> row.intValue("one"),
                        publication,
                        MARK)
                .isEmpty();
        if (ours) {
            tx.update("DROP PUBLICATION " + Sql.name(publication));
        }
    }

    private static String list(Collection<TableName> tables) {
        return tables.stream().map(Sql::name).sorted().collect(Collectors.joining(", "));
    }
}
