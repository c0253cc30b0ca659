package io.tallystick.bench.cdc.contender;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Finding;
import java.util.List;
import java.util.Set;

/** A source whose pipeline begins where it was established, also if it is started later: a binary log remembers no reader. */
record Anchored(ChangeSource source, Position begin) implements ChangeSource {

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public List<Finding> examine(Set<TableName> tables) {
        return source.examine(tables);
    }

    @Override
    public List<SourceTable> describe(Set<TableName> tables) {
        return source.describe(tables);
    }

    @Override
    public Position establish(Set<TableName> tables) {
        return begin;
    }

    @Override
    public ChangeStream open(Set<TableName> tables, Position after) {
        return source.open(tables, after);
    }

    @Override
    public boolean covers(Position position, Position other) {
        return source.covers(position, other);
    }

    @Override
    public SnapshotReader snapshot() {
        return source.snapshot();
    }

    @Override
    public void release() {
        source.release();
    }

    @Override
    public void close() {
        source.close();
    }
}
