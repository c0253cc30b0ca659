package io.tallystick.postgres.cdc;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Tx;
import java.util.Collection;
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
     */
    boolean establish(Tx tx, Set<TableName> tables) {
        if (!exists(tx)) {
            tx.update("CREATE PUBLICATION " + Sql.name(publication) + " FOR TABLE " + list(tables)
                    + " WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)");
            tx.update("COMMENT ON PUBLICATION " + Sql.name(publication) + " IS '" + MARK + "'");
            return true;
        }
        Set<TableName> missing = missing(tx, tables);
        if (!missing.isEmpty()) {
            tx.update("ALTER PUBLICATION " + Sql.name(publication) + " ADD TABLE " + list(missing));
        }
        return false;
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
