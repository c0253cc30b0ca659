package io.tallystick.cdc;

import io.tallystick.jdbc.CorruptionException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** {@link ValueType} on disk: the spelling and what the values are. Stateless. */
public final class ValueTypes implements ColumnTypes {

    @Override
    public void write(ColumnType type, DataOutput out) throws IOException {
        if (!(type instanceof ValueType)) {
            throw new IllegalArgumentException(type.declared() + " is no type of plain values");
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
                return new ValueType(declared, kind);
            }
        }
        throw new CorruptionException("a value of kind '" + name
                + "', which this version does not know; let the version that wrote it read it");
    }
}
