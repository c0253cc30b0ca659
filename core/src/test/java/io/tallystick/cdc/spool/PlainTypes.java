package io.tallystick.cdc.spool;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.replicator.PlainType;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How the plain types of tests are kept on disk. */
final class PlainTypes implements ColumnTypes {

    @Override
    public void write(ColumnType type, DataOutput out) throws IOException {
        out.writeUTF(type.kind().name());
        out.writeUTF(type.declared());
    }

    @Override
    public ColumnType read(DataInput in) throws IOException {
        return new PlainType(ValueKind.valueOf(in.readUTF()), in.readUTF());
    }
}
