package io.tallystick.postgres.type;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ValueKind;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.RejectedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A type of a PostgreSQL database.
 *
 * @param oid its number in pg_type, unsigned
 * @param typmod its modifier as pg_attribute has it (length, precision); −1 when there is none
 * @param declared as {@code format_type} spells it
 * @param codec how its values are written
 */
public record PgType(long oid, int typmod, String declared, Codec codec) implements ColumnType {

    /** The first number that a server gives to what users create (FirstNormalObjectId in access/transam.h). */
    private static final long FIRST_OF_USERS = 16_384;

    @Override
    public ValueKind kind() {
        return codec.kind();
    }

    /** Whether the number means this type in every PostgreSQL database, so that it says enough to copy a binary cell. */
    public boolean isBuiltIn() {
        return oid < FIRST_OF_USERS;
    }

    /**
     * The number by which another PostgreSQL database has the same type with the same binary values, so that a cell can be copied; 0
     * when there is none: types of users, and what {@link Codec#isPortable} excepts.
     */
    public long portableOid() {
        return isBuiltIn() && codec.isPortable() ? oid : 0;
    }

    /** Whether the binary form is one that this package reads; else values are to be had as text only. */
    public boolean readsBinary() {
        return codec.readsBinary();
    }

    @Override
    public Object value(byte[] bytes, int offset, int length, boolean text) {
        try {
            if (text) {
                return codec.fromText(new String(bytes, offset, length, StandardCharsets.UTF_8));
            }
            ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
            Object value = codec.fromBinary(in);
            if (in.hasRemaining()) {
                throw new IllegalArgumentException(in.remaining() + " bytes are left over");
            }
            return value;
        } catch (RejectedException e) {
            throw new RejectedException("a value of type " + declared + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // underflows, number formats, impossible dates: whatever it is, the bytes are not what the type says
            throw new CorruptionException(
                    length + " bytes in " + (text ? "text" : "binary") + " form are no value of type " + declared
                            + ": compare the column's type with the source's catalog (" + e + ")",
                    e);
        }
    }

    /** The value as PostgreSQL itself spells it, to be cast to this type again. */
    public String text(byte[] bytes, int offset, int length, boolean text) {
        return text
                ? new String(bytes, offset, length, StandardCharsets.UTF_8)
                : TextForm.of(value(bytes, offset, length, false));
    }

    /** The text of a part of a larger value, of which {@code length} bytes follow. */
    String nextText(ByteBuffer in, int length) {
        ByteBuffer part = in.slice(in.position(), length);
        in.position(in.position() + length);
        return TextForm.of(codec.fromBinary(part));
    }
}
