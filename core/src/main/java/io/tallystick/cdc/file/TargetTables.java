package io.tallystick.cdc.file;

import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.PipelineSpec.Destination;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.UnavailableException;
import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** The tables of one target that the routes of a file write, as its catalog has them now. */
final class TargetTables {

    private final List<Destination> destinations;
    private final DataSource dataSource;

    TargetTables(PipelineSpec spec, String target, DataSource dataSource) {
        this.destinations = spec.routes().stream()
                .flatMap(route -> Stream.concat(
                        route.to().stream(), route.mapped().stream().flatMap(mapped -> mapped.tables().stream())))
                .filter(destination -> destination.target().equals(target))
                .toList();
        this.dataSource = dataSource;
    }

    /** @throws io.tallystick.jdbc.RejectedException with every table and column that is missing or cannot be written */
    Map<Destination, TargetTable> read() {
        List<Wanted> wanted = destinations.stream()
                .map(one -> new Wanted(one.table(), List.copyOf(one.columns().keySet())))
                .toList();
        List<TargetTable> tables = Jdbc.on(dataSource).autocommit(tx -> {
            try {
                return TargetCatalog.of(tx.connection()).read(wanted);
            } catch (SQLException e) {
                throw new UnavailableException("the target's catalog cannot be read: " + e.getMessage(), e);
            }
        });
        Map<Destination, TargetTable> byDestination = new IdentityHashMap<>();
        for (int i = 0; i < destinations.size(); i++) {
            byDestination.put(destinations.get(i), tables.get(i));
        }
        return byDestination;
    }
}
