package io.tallystick.postgres.type;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.jdbc.CorruptionException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * PostgreSQL's types on disk: the number, the modifier, the declaration, and how values are written, with the types of their parts.
 * Stateless.
 */
public final class PgColumnTypes implements ColumnTypes {

    @Override
    public void write(ColumnType type, DataOutput out) throws IOException {
        if (!(type instanceof PgType known)) {
            throw new IllegalArgumentException(type.declared() + " is no type of PostgreSQL");
        }
        out.writeLong(known.oid());
        out.writeInt(known.typmod());
        out.writeUTF(known.declared());
        codec(known.codec(), out);
    }

    private void codec(Codec codec, DataOutput out) throws IOException {
        if (codec instanceof ScalarCodec scalar) {
            out.writeUTF("scalar");
            out.writeUTF(scalar.name());
        } else if (codec instanceof ArrayCodec array) {
            out.writeUTF("array");
            out.writeChar(array.delimiter());
            write(array.element(), out);
        } else if (codec instanceof RangeCodec range) {
            out.writeUTF("range");
            write(range.bound(), out);
        } else if (codec instanceof MultirangeCodec ranges) {
            out.writeUTF("multirange");
            write(ranges.range(), out);
        } else if (codec instanceof RecordCodec parts) {
            out.writeUTF("record");
            out.writeInt(parts.fields().size());
            for (PgType field : parts.fields()) {
                write(field, out);
            }
        } else if (codec instanceof MoneyCodec money) {
            out.writeUTF("money");
            out.writeInt(money.scale());
        } else if (codec instanceof OpaqueCodec opaque) {
            out.writeUTF("opaque");
            out.writeUTF(opaque.send());
        } else {
            throw new IllegalArgumentException("a codec that nobody here writes down: " + codec);
        }
    }

    @Override
    public PgType read(DataInput in) throws IOException {
        return new PgType(in.readLong(), in.readInt(), in.readUTF(), codec(in));
    }

    private Codec codec(DataInput in) throws IOException {
        String kind = in.readUTF();
        return switch (kind) {
            case "scalar" -> scalar(in.readUTF());
            case "array" -> array(in);
            case "range" -> new RangeCodec(read(in));
            case "multirange" -> new MultirangeCodec(read(in));
            case "record" -> new RecordCodec(fields(in));
            case "money" -> new MoneyCodec(in.readInt());
            case "opaque" -> new OpaqueCodec(in.readUTF());
            default -> throw unknown(kind);
        };
    }

    private ArrayCodec array(DataInput in) throws IOException {
        char delimiter = in.readChar();
        return new ArrayCodec(read(in), delimiter);
    }

    private List<PgType> fields(DataInput in) throws IOException {
        List<PgType> fields = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            fields.add(read(in));
        }
        return fields;
    }

    private static ScalarCodec scalar(String name) {
        for (ScalarCodec codec : ScalarCodec.values()) {
            if (codec.name().equals(name)) {
                return codec;
            }
        }
        throw unknown(name);
    }

    private static CorruptionException unknown(String form) {
        return new CorruptionException("a type written in the form '" + form
                + "', which this version does not know; let the version that wrote it read it");
    }
}
