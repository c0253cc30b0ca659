package io.tallystick.cdc.replicator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Ids that follow from what they name, so that a repeat meets the row that is there already. The same as in a pipeline file. */
public final class NamedIds {

    /** The name space of Tallystick's ids, itself made by RFC 9562's rule from the name tallystick.io. */
    private static final UUID SPACE = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    private NamedIds() {}

    /**
     * A name-based id (RFC 9562, version 5) of the texts of all parts: the same parts make the same id in every process, and the one that
     * {@code uuid5(…)} in a pipeline file makes of them.
     */
    public static String uuid5(@Nullable Object... parts) {
        StringBuilder name = new StringBuilder();
        for (Object part : parts) {
            String text = String.valueOf(part);
            // the length before each part: ("ab", "c") and ("a", "bc") are two names
            name.append(text.length()).append(':').append(text);
        }
        byte[] hash = sha1(
                ByteBuffer.allocate(16)
                        .putLong(SPACE.getMostSignificantBits())
                        .putLong(SPACE.getLeastSignificantBits())
                        .array(),
                name.toString().getBytes(StandardCharsets.UTF_8));
        hash[6] = (byte) (hash[6] & 0x0f | 0x50);
        hash[8] = (byte) (hash[8] & 0x3f | 0x80);
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        return new UUID(bytes.getLong(), bytes.getLong()).toString();
    }

    private static byte[] sha1(byte[] space, byte[] name) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(space);
            return digest.digest(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
