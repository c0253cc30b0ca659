package io.tallystick.cdc.file;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.PipelineSpec.Destination;
import io.tallystick.cdc.file.PipelineSpec.Route;
import io.tallystick.cdc.file.RouteMapping.Leg;
import io.tallystick.cdc.type.TableMaker;
import io.tallystick.cdc.type.TypeReport;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** What a pipeline would do at one target, told before it starts. */
final class Preview {

    private final PipelineSpec spec;
    private final String target;
    private final TargetDialect dialect;
    private final TargetDialect product;

    Preview(PipelineSpec spec, String target) {
        this.spec = spec;
        this.target = target;
        PipelineSpec.Place place = spec.targets().get(target);
        this.dialect = dialect(place == null ? "" : place.url());
        this.product = dialect(spec.source().place().url());
    }

    static TargetDialect dialect(String url) {
        if (url.startsWith("jdbc:postgresql:")) {
            return TargetDialect.POSTGRESQL;
        }
        if (url.startsWith("jdbc:mysql:")) {
            return TargetDialect.MYSQL;
        }
        return url.startsWith("jdbc:mariadb:") ? TargetDialect.MARIADB : TargetDialect.STANDARD;
    }

    /** What becomes of the values of each column that is carried over as it is. */
    List<TypeReport> types(ChangeSource source, Map<Destination, TargetTable> tables) {
        List<TypeReport> reports = new ArrayList<>();
        for (Route route : spec.routes()) {
            for (Destination destination : route.to()) {
                TargetTable table = tables.get(destination);
                if (destination.target().equals(target) && table != null) {
                    SourceTable from = source.describe(Set.of(route.from())).get(0);
                    int[] cells = RouteCells.of(from, new Leg(route, destination, table), null)
                            .from();
                    reports.add(TypeReport.of(from, table, cells, product, dialect));
                }
            }
        }
        return reports;
    }

    /** Columns of the source for which a table that is carried over as it is has no place: nothing of them arrives. */
    List<Finding> columnsLeftOut(ChangeSource source, Map<Destination, TargetTable> tables) {
        List<Finding> findings = new ArrayList<>();
        for (Route route : spec.routes()) {
            for (Destination destination : route.to()) {
                TargetTable table = tables.get(destination);
                if (table != null
                        && destination.columns().isEmpty()
                        && destination.added() == PipelineSpec.AddedColumns.IGNORE) {
                    SourceTable from = source.describe(Set.of(route.from())).get(0);
                    leftOut(from, table).ifPresent(findings::add);
                }
            }
        }
        return findings;
    }

    private static Optional<Finding> leftOut(SourceTable from, TargetTable table) {
        Set<String> there = table.columns().stream().map(TargetColumn::name).collect(Collectors.toSet());
        String left = from.columns().stream()
                .map(SourceColumn::name)
                .filter(column -> !there.contains(column))
                .collect(Collectors.joining(", "));
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Finding.warning(
                                "table " + table.name(),
                                "without a column to write for " + left + " of " + from.name(),
                                "what stands there at the source does not arrive",
                                "add the columns to it, or let the pipeline do that with added_columns: follow, or leave it so"));
    }

    /**
     * Columns of the target's keys that are made from columns of the source which the log does not repeat for a row's old image: later
     * changes and deletions would not find their rows.
     */
    List<Finding> keysOutOfReach(ChangeSource source, Map<Destination, TargetTable> tables) {
        List<Finding> findings = new ArrayList<>();
        for (Route route : spec.routes()) {
            for (Destination destination : route.to()) {
                TargetTable table = tables.get(destination);
                if (table != null && destination.mode() != PipelineSpec.Mode.INSERT_IF_ABSENT) {
                    SourceTable from = source.describe(Set.of(route.from())).get(0);
                    for (int place : table.key()) {
                        String column = table.columns().get(place).name();
                        outOfReach(from, destination, column).ifPresent(findings::add);
                    }
                }
            }
        }
        return findings;
    }

    /**
     * Routes with a filter that need columns which PostgreSQL may not repeat when a row is updated (long values that stayed the same): a
     * row that comes into the filter could not be made whole. The examination of the other sources demands whole rows anyway.
     */
    List<Finding> rowsNotRepeated(ChangeSource source, Map<Destination, TargetTable> tables) {
        List<Finding> findings = new ArrayList<>();
        if (product != TargetDialect.POSTGRESQL) {
            return findings;
        }
        for (Route route : spec.routes()) {
            for (Destination destination : route.to()) {
                TargetTable table = tables.get(destination);
                if (table != null && destination.mode() != PipelineSpec.Mode.INSERT_IF_ABSENT) {
                    SourceTable from = source.describe(Set.of(route.from())).get(0);
                    notRepeated(from, route, destination, table).ifPresent(findings::add);
                }
            }
        }
        return findings;
    }

    private static Optional<Finding> notRepeated(
            SourceTable from, Route route, Destination destination, TargetTable table) {
        Set<String> read = new TreeSet<>();
        for (TargetColumn column : table.columns()) {
            Expression set = destination.columns().get(column.name());
            boolean mixed = set != null && set.columns().size() > 1;
            if (route.filter() != null || mixed) {
                read.addAll(set == null ? Set.of(column.name()) : set.columns());
            }
        }
        if (route.filter() != null) {
            read.addAll(route.filter().columns());
        }
        List<String> left = from.columns().stream()
                .filter(column -> read.contains(column.name()) && !column.key() && mayBeLong(column))
                .map(SourceColumn::name)
                .toList();
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.error(
                        "route " + from.name() + " to " + destination.table(),
                        (route.filter() == null ? "values computed" : "a filter, and rows made") + " from "
                                + String.join(", ", left) + " of " + from.name(),
                        "the log does not repeat long values that an update left alone, so the row could not be made whole",
                        "ALTER TABLE " + from.name() + " REPLICA IDENTITY FULL;"));
    }

    /** Values of some hundred bytes and more may be stored apart from their row; an update that leaves them alone does not log them. */
    private static boolean mayBeLong(SourceColumn column) {
        return switch (column.type().kind()) {
            case TEXT, BYTES, BITS -> !column.type().declared().matches(".*\\(\\d{1,2}\\)");
            case JSON, OTHER, SET -> true;
            default -> false;
        };
    }

    private static Optional<Finding> outOfReach(SourceTable from, Destination destination, String column) {
        Expression set = destination.columns().get(column);
        Set<String> read = set == null ? Set.of(column) : set.columns();
        List<String> unnamed = read.stream()
                .filter(each -> from.indexOf(each) >= 0
                        && !from.columns().get(from.indexOf(each)).key())
                .toList();
        return unnamed.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.error(
                        destination.table() + "." + column,
                        "a key made from " + String.join(", ", unnamed) + " of " + from.name(),
                        "the log repeats only the key of a row's old image, so later changes would not find the row",
                        "PostgreSQL: ALTER TABLE " + from.name() + " REPLICA IDENTITY FULL; or make the key from the"
                                + " source's key"));
    }

    TableMaker maker() {
        return new TableMaker(dialect, product == dialect);
    }

    /** Creates the tables that are not there, for routes that carry all columns over; returns their names. */
    Set<TableName> createMissing(ChangeSource source, DataSource pool) {
        TableMaker maker = maker();
        Set<TableName> made = new LinkedHashSet<>();
        Jdbc.on(pool).run(tx -> {
            for (Route route : spec.routes()) {
                for (Destination destination : route.to()) {
                    boolean ours = destination.target().equals(target)
                            && destination.columns().isEmpty();
                    if (ours && !made.contains(destination.table()) && !exists(tx.connection(), destination.table())) {
                        SourceTable from = source.describe(Set.of(route.from())).get(0);
                        tx.update(maker.create(from, destination.table()));
                        made.add(destination.table());
                    }
                }
            }
        });
        return made;
    }

    private static boolean exists(Connection connection, TableName table) {
        try {
            return TargetCatalog.of(connection).exists(table);
        } catch (SQLException e) {
            throw new UnavailableException("the target's catalog cannot be read: " + e.getMessage(), e);
        }
    }
}
