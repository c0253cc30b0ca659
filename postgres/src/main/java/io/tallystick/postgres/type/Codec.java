package io.tallystick.postgres.type;

import io.tallystick.cdc.ValueKind;
import java.nio.ByteBuffer;

/** How the values of a type are written. Immutable, with value equality. Bytes that are no value may throw anything. */
interface Codec {

    ValueKind kind();

    /** Reads exactly what the type's send function wrote. */
    Object fromBinary(ByteBuffer in);

    Object fromText(String text);

    default boolean readsBinary() {
        return true;
    }

    /** Whether every database reads the bytes of another one, and as the same value. */
    default boolean isPortable() {
        return true;
    }
}
