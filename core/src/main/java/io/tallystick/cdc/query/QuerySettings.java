package io.tallystick.cdc.query;

import io.tallystick.cdc.TableName;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tables are asked for changes, by what, and how often.
 *
 * @param every the pause between two questions; 1 s unless said otherwise: each question reads the rows of the overlap again
 * @param zone in which change columns without a zone are written
 * @param deletes null when rows that the source deletes are to stay at the targets
 */
public record QuerySettings(
        Duration every,
        ZoneId zone,
        List<Watched> tables,
        @Nullable Deletes deletes) {

    private static final Duration LONGEST = Duration.ofDays(1);

    public QuerySettings {
        check("every", every, Duration.ofMillis(10));
        tables = List.copyOf(tables);
        Set<TableName> names = new HashSet<>();
        for (Watched table : tables) {
            if (!names.add(table.name())) {
                throw new IllegalArgumentException("'tables' names " + table.name() + " twice");
            }
        }
    }

    /** Every second, in UTC, without deletes. */
    public static QuerySettings of(List<Watched> tables) {
        return new QuerySettings(Duration.ofSeconds(1), ZoneOffset.UTC, tables, null);
    }

    public QuerySettings withEvery(Duration pause) {
        return new QuerySettings(pause, zone, tables, deletes);
    }

    public QuerySettings withDeletes(Deletes comparison) {
        return new QuerySettings(every, zone, tables, comparison);
    }

    /**
     * A table that is asked.
     *
     * @param changeColumn a time or a number that every insert and every update sets to a higher value than any before
     * @param key the columns that name a row; empty for the primary key, or else a unique key without NULLs
     */
    public record Watched(TableName name, String changeColumn, List<String> key, Overlap overlap) {

        public Watched {
            key = List.copyOf(key);
        }

        /** By its own key, with the standard overlap. */
        public static Watched of(TableName name, String changeColumn) {
            return new Watched(name, changeColumn, List.of(), Overlap.standard());
        }
    }

    /**
     * How far back is read again each time, so that what was committed late is still found: longer than the longest transaction that
     * writes the table, and than clocks of its writers differ.
     *
     * @param time for a change column that is a time; 10 s
     * @param steps for one that is a number; 1,000
     */
    public record Overlap(Duration time, long steps) {

        public Overlap {
            check("overlap", time, Duration.ZERO);
            if (steps < 0) {
                throw new IllegalArgumentException("'overlap' is " + steps + "; expected 0 or more");
            }
        }

        public static Overlap standard() {
            return new Overlap(Duration.ofSeconds(10), 1_000);
        }
    }

    /**
     * How deleted rows are found.
     *
     * @param every the pause between two comparisons; each reads all keys of all tables
     * @param memory a directory of this pipeline alone that outlives the process: in it stand the keys that targets may have
     */
    public record Deletes(Duration every, Path memory) {

        public Deletes {
            check("compare_deletes", every, Duration.ofMillis(10));
        }
    }

    private static void check(String name, Duration found, Duration least) {
        if (found.compareTo(least) < 0 || found.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("'" + name + "' is " + found + "; expected " + least + " to " + LONGEST);
        }
    }
}
