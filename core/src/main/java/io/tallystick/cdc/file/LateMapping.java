package io.tallystick.cdc.file;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.Growth.ColumnsMissing;
import io.tallystick.cdc.replicator.ChangeMapping;
import io.tallystick.cdc.replicator.ConflictPolicy;
import io.tallystick.cdc.replicator.Mirror;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A mapping that is made when the first change comes, because its target may be away when the pipeline starts. For one thread. */
final class LateMapping implements ChangeMapping {

    private final Supplier<ChangeMapping> maker;
    private final Consumer<ColumnsMissing> grower;
    private @Nullable ChangeMapping made;
    private @Nullable ColumnsMissing missing;

    /** @param grower adds columns to the target's tables */
    LateMapping(Supplier<ChangeMapping> maker, Consumer<ColumnsMissing> grower) {
        this.maker = maker;
        this.grower = grower;
    }

    @Override
    public void map(Change change, Consumer<TargetChange> out) {
        try {
            mapping().map(change, out);
        } catch (UnavailableException e) {
            // the next try looks at the target's tables anew: somebody may have mended them
            made = null;
            missing = e instanceof ColumnsMissing columns ? columns : null;
            throw e;
        }
    }

    private ChangeMapping mapping() {
        ChangeMapping mapping = made;
        if (mapping == null) {
            grow();
            mapping = make();
            made = mapping;
        }
        return mapping;
    }

    @Override
    public boolean copiesParentsToo() {
        return mapping().copiesParentsToo();
    }

    @Override
    public boolean settlesConflicts() {
        return mapping().settlesConflicts();
    }

    @Override
    public @Nullable ConflictPolicy onConflict(TargetTable table) {
        return mapping().onConflict(table);
    }

    @Override
    public boolean isFiltered(TargetTable table) {
        ChangeMapping mapping = made;
        return mapping != null && mapping.isFiltered(table);
    }

    /** At the beginning of a session, before anything is locked by its transaction. */
    private void grow() {
        ColumnsMissing columns = missing;
        missing = null;
        if (columns != null && !columns.toFollow().isEmpty()) {
            grower.accept(columns);
        }
    }

    @Override
    public List<Mirror> mirrors(SourceTable source) {
        return mapping().mirrors(source);
    }

    private ChangeMapping make() {
        try {
            return maker.get();
        } catch (RejectedException e) {
            // not the change is wrong but the target's tables: wait until somebody has mended them
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }
}
