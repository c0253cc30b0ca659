package io.tallystick.cdc.query;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.ValueKind;
import io.tallystick.jdbc.CorruptionException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Types of columns that are asked, on disk: their spelling and what their values are. Stateless. */
final class QueryColumnTypes implements ColumnTypes {

    @Override
    public void write(ColumnType type, DataOutput out) throws IOException {
        if (!(type instanceof QueryType)) {
            throw new IllegalArgumentException(type.declared() + " is no type of a source that is asked");
        }
        out.writeUTF(type.declared());
        out.writeUTF(type.kind().name());
    }

    @Override
    public ColumnType read(DataInput in) throws IOException {
        String declared = in.readUTF();
        String name = in.readUTF();
        for (ValueKind kind : ValueKind.values()) {
            if (kind.name().equals(name)) {
                return new QueryType(declared, kind);
            }
        }
        throw new CorruptionException("a value of kind '" + name
                + "', which this version does not know; let the version that wrote it read it");
    }
}
