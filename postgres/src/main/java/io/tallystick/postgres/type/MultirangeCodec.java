package io.tallystick.postgres.type;

import io.tallystick.cdc.ValueKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Several ranges in one value (utils/adt/multirangetypes.c), as PostgreSQL's text. */
record MultirangeCodec(PgType range) implements Codec {

    @Override
    public ValueKind kind() {
        return ValueKind.OTHER;
    }

    @Override
    public boolean readsBinary() {
        return range.readsBinary();
    }

    @Override
    public boolean isPortable() {
        return range.codec().isPortable();
    }

    @Override
    public Object fromText(String text) {
        return text;
    }

    @Override
    public Object fromBinary(ByteBuffer in) {
        List<String> ranges = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            ranges.add(range.nextText(in, in.getInt()));
        }
        return "{" + String.join(",", ranges) + "}";
    }
}
