package io.tallystick.postgres.type;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** Text, bytes, bits and the small system types. Stateless. */
final class BytesForm {

    private BytesForm() {}

    static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return bytes;
    }

    static String text(ByteBuffer in) {
        String text = new String(in.array(), in.arrayOffset() + in.position(), in.remaining(), StandardCharsets.UTF_8);
        in.position(in.limit());
        return text;
    }

    /** The type "char": nothing for zero, and an octal number where it is no ASCII (charout in utils/adt/char.c). */
    static Object oneByte(ByteBuffer in) {
        int one = in.get() & 0xff;
        return one == 0 ? "" : one < 0x80 ? String.valueOf((char) one) : "\\" + Integer.toOctalString(one);
    }

    /** Text after a version, which is 1 up to now (jsonb, jsonpath, ltree). */
    static String versioned(ByteBuffer in) {
        int version = in.get();
        if (version != 1) {
            throw new IllegalArgumentException("version " + version + " of the binary form, expected 1");
        }
        return text(in);
    }

    static byte[] bytesOf(String text) {
        if (!text.startsWith("\\x")) {
            throw new IllegalArgumentException("expected \\x and hex digits (bytea_output hex)");
        }
        return HexFormat.of().parseHex(text, 2, text.length());
    }

    static String bits(ByteBuffer in) {
        int count = in.getInt();
        StringBuilder bits = new StringBuilder(count);
        byte[] bytes = bytes(in);
        for (int i = 0; i < count; i++) {
            bits.append((bytes[i / 8] & 0x80 >> i % 8) == 0 ? '0' : '1');
        }
        return bits.toString();
    }

    static UUID uuid(ByteBuffer in) {
        return new UUID(in.getLong(), in.getLong());
    }

    static String lsn(ByteBuffer in) {
        return String.format("%X/%X", in.getInt(), in.getInt());
    }

    static String tid(ByteBuffer in) {
        return "(" + Integer.toUnsignedLong(in.getInt()) + "," + (in.getShort() & 0xFFFF) + ")";
    }

    static String snapshot(ByteBuffer in) {
        int count = in.getInt();
        String ends = in.getLong() + ":" + in.getLong() + ":";
        List<String> running = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            running.add(Long.toString(in.getLong()));
        }
        return ends + String.join(",", running);
    }

    /** Numbers of a fixed vector, which is sent as an array of one dimension. */
    static String vector(ByteBuffer in) {
        int dimensions = in.getInt();
        in.getLong();
        int count = dimensions == 0 ? 0 : in.getInt();
        if (dimensions != 0) {
            in.getInt();
        }
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(in.getInt() == 2 ? Short.toString(in.getShort()) : Integer.toUnsignedString(in.getInt()));
        }
        return String.join(" ", numbers);
    }

    /** The extension hstore: pairs, the value's length −1 for NULL. */
    static String hstore(ByteBuffer in) {
        List<String> pairs = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            String key = part(in, in.getInt());
            int length = in.getInt();
            pairs.add(quoted(key) + "=>" + (length < 0 ? "NULL" : quoted(part(in, length))));
        }
        return String.join(", ", pairs);
    }

    /** The extension pgvector: dimensions, a spare field, floats. */
    static String floats(ByteBuffer in) {
        int count = in.getShort();
        in.getShort();
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(TextForm.of(in.getFloat()));
        }
        return "[" + String.join(",", numbers) + "]";
    }

    private static String part(ByteBuffer in, int length) {
        ByteBuffer part = in.slice(in.position(), length);
        in.position(in.position() + length);
        return text(part);
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
