package io.tallystick.postgres.type;

import io.tallystick.cdc.ValueKind;
import io.tallystick.jdbc.RejectedException;
import java.nio.ByteBuffer;

/**
 * A type whose binary form is not known here. Its text is; a binary cell can only be copied.
 *
 * @param send the type's send function; empty when it has none, so that even a binary log writes text
 */
record OpaqueCodec(String send) implements Codec {

    @Override
    public ValueKind kind() {
        return ValueKind.OTHER;
    }

    @Override
    public boolean readsBinary() {
        return false;
    }

    @Override
    public Object fromBinary(ByteBuffer in) {
        throw new RejectedException(
                "nobody here reads what " + send
                        + " writes; it can only be copied to the same type. Restart the pipeline: it asks the source for text then");
    }

    @Override
    public Object fromText(String text) {
        return text;
    }
}
