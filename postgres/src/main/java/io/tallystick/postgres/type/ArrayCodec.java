package io.tallystick.postgres.type;

import io.tallystick.cdc.ValueKind;
import java.nio.ByteBuffer;

/** Arrays of any number of dimensions (utils/adt/arrayfuncs.c), as PostgreSQL's text. */
record ArrayCodec(PgType element, char delimiter) implements Codec {

    @Override
    public ValueKind kind() {
        return ValueKind.OTHER;
    }

    @Override
    public boolean readsBinary() {
        return element.readsBinary();
    }

    @Override
    public boolean isPortable() {
        return element.codec().isPortable();
    }

    @Override
    public Object fromText(String text) {
        return text;
    }

    @Override
    public Object fromBinary(ByteBuffer in) {
        int[] sizes = new int[in.getInt()];
        in.getLong(); // whether there are NULLs, and the element's number
        if (sizes.length == 0) {
            return "{}";
        }
        StringBuilder bounds = new StringBuilder();
        boolean usual = true;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = in.getInt();
            int lowest = in.getInt();
            usual &= lowest == 1;
            bounds.append('[')
                    .append(lowest)
                    .append(':')
                    .append(lowest + sizes[i] - 1)
                    .append(']');
        }
        StringBuilder text = usual ? new StringBuilder() : bounds.append('=');
        level(in, sizes, 0, text);
        return text.toString();
    }

    private void level(ByteBuffer in, int[] sizes, int depth, StringBuilder text) {
        text.append('{');
        for (int i = 0; i < sizes[depth]; i++) {
            if (i > 0) {
                text.append(delimiter);
            }
            if (depth + 1 < sizes.length) {
                level(in, sizes, depth + 1, text);
            } else {
                int length = in.getInt();
                text.append(length < 0 ? "NULL" : quoted(element.nextText(in, length)));
            }
        }
        text.append('}');
    }

    private String quoted(String item) {
        boolean plain = !item.isEmpty()
                && !item.equalsIgnoreCase("NULL")
                && item.chars().noneMatch(c -> c == delimiter || "{}\"\\ \t\n\r\u000B\f".indexOf(c) >= 0);
        return plain ? item : '"' + item.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
