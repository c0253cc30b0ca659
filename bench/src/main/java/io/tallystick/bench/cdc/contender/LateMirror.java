package io.tallystick.bench.cdc.contender;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.replicator.ChangeMapping;
import io.tallystick.cdc.replicator.MirrorMapping;
import io.tallystick.jdbc.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Rows as they are; the target's table is looked at when the first change comes, as the pipelines of files do it. For one thread. */
final class LateMirror implements ChangeMapping {
    private final TableName from;
    private final DataSource target;
    private final TableName to;
    private @Nullable ChangeMapping made;

    LateMirror(TableName from, DataSource target, TableName to) {
        this.from = from;
        this.target = target;
        this.to = to;
    }

    @Override
    public void map(Change change, Consumer<TargetChange> out) {
        mapping().map(change, out);
    }

    private ChangeMapping mapping() {
        ChangeMapping mapping = made;
        if (mapping == null) {
            mapping = make();
            made = mapping;
        }
        return mapping;
    }

    private ChangeMapping make() {
        try (Connection connection = target.getConnection()) {
            return new MirrorMapping(Map.of(
                    from,
                    TargetCatalog.of(connection).read(List.of(Wanted.all(to))).get(0)));
        } catch (SQLException e) {
            throw new UnavailableException("the target does not tell what " + to + " is like", e);
        }
    }
}
