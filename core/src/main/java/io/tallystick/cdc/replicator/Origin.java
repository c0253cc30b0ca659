package io.tallystick.cdc.replicator;

import io.tallystick.cdc.DatabaseIdentity;
import io.tallystick.cdc.TableName;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a target's log says of a transaction that a pipeline made: which one, and which tables it reads.
 *
 * @param pipeline its name and the target's, with a slash between
 * @param places short names of the tables, or of their schemas when they are too many to be told with every transaction
 */
record Origin(String pipeline, Set<String> places) {

    private static final int MOST_TABLES = 100;

    Origin {
        places = Set.copyOf(places);
    }

    static Origin of(String pipeline, DatabaseIdentity source, Set<TableName> tables) {
        String name = pipeline.replaceAll("[^\\w./-]", "_");
        if (!source.isKnown()) {
            return new Origin(name, Set.of());
        }
        return new Origin(
                name,
                tables.stream()
                        .map(table -> tables.size() > MOST_TABLES ? source.place(table.schema()) : source.place(table))
                        .collect(Collectors.toSet()));
    }

    static Origin parse(String text) {
        String[] parts = text.split(" ");
        return new Origin(parts[0], new LinkedHashSet<>(Arrays.asList(parts).subList(1, parts.length)));
    }

    /** Letters, digits and a few marks, so that it can stand in any statement. */
    String text() {
        return places.isEmpty() ? pipeline : pipeline + " " + String.join(" ", new TreeSet<>(places));
    }

    /** The pipeline's name in its file. */
    String name() {
        return pipeline.split("/", 2)[0];
    }

    /** Whether it was made by reading this table. */
    boolean isFrom(DatabaseIdentity database, TableName table) {
        return database.isKnown()
                && (places.contains(database.place(table)) || places.contains(database.place(table.schema())));
    }
}
