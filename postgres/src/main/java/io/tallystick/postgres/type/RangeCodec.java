package io.tallystick.postgres.type;

import io.tallystick.cdc.ValueKind;
import java.nio.ByteBuffer;

/** Ranges (utils/adt/rangetypes.c), as PostgreSQL's text. */
record RangeCodec(PgType bound) implements Codec {

    private static final int EMPTY = 0x01;
    private static final int LOWER_INCLUSIVE = 0x02;
    private static final int UPPER_INCLUSIVE = 0x04;
    private static final int LOWER_INFINITE = 0x08;
    private static final int UPPER_INFINITE = 0x10;

    @Override
    public ValueKind kind() {
        return ValueKind.OTHER;
    }

    @Override
    public boolean readsBinary() {
        return bound.readsBinary();
    }

    @Override
    public boolean isPortable() {
        return bound.codec().isPortable();
    }

    @Override
    public Object fromText(String text) {
        return text;
    }

    @Override
    public Object fromBinary(ByteBuffer in) {
        int flags = in.get();
        if ((flags & EMPTY) != 0) {
            return "empty";
        }
        String lower = (flags & LOWER_INFINITE) != 0 ? "" : bound(in);
        String upper = (flags & UPPER_INFINITE) != 0 ? "" : bound(in);
        return ((flags & LOWER_INCLUSIVE) != 0 ? "[" : "(")
                + lower
                + ","
                + upper
                + ((flags & UPPER_INCLUSIVE) != 0 ? "]" : ")");
    }

    private String bound(ByteBuffer in) {
        return RecordCodec.quoted(bound.nextText(in, in.getInt()), "[](),\"\\");
    }
}
