package io.tallystick.cdc.file;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeMapping;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A mapping that is made when the first change comes, because its target may be away when the pipeline starts. For one thread. */
final class LateMapping implements ChangeMapping {

    private final Supplier<ChangeMapping> maker;
    private @Nullable ChangeMapping made;

    LateMapping(Supplier<ChangeMapping> maker) {
        this.maker = maker;
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

    @Override
    public boolean copiesParentsToo() {
        return mapping().copiesParentsToo();
    }

    @Override
    public boolean isFiltered(TargetTable table) {
        ChangeMapping mapping = made;
        return mapping != null && mapping.isFiltered(table);
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
