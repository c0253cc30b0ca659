package io.tallystick.cdc.file;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The functions that expressions of a pipeline file may call. All of them give the same value for the same arguments. */
public final class Functions {

    /** The name space of Tallystick's ids, itself made by RFC 9562's rule from the name tallystick.io. */
    private static final UUID SPACE = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    Functions() {}

    /** A name-based id (RFC 9562, version 5) of all arguments: the same arguments make the same id everywhere, so a repeat collides. */
    public String uuid5(@Nullable Object... parts) {
        StringBuilder name = new StringBuilder();
        for (Object part : parts) {
            String text = String.valueOf(part);
            // the length before each part: ("ab", "c") and ("a", "bc") are two names
            name.append(text.length()).append(':').append(text);
        }
        byte[] hash = digest(
                "SHA-1",
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

    /** All arguments as text, one behind the other; NULL counts as nothing. */
    public String concat(@Nullable Object... parts) {
        StringBuilder all = new StringBuilder();
        for (Object part : parts) {
            all.append(part == null ? "" : part);
        }
        return all.toString();
    }

    /** The first argument that is not NULL. */
    public @Nullable Object coalesce(@Nullable Object... parts) {
        for (Object part : parts) {
            if (part != null) {
                return part;
            }
        }
        return null;
    }

    public @Nullable String lower(@Nullable Object text) {
        return text == null ? null : text.toString().toLowerCase(Locale.ROOT);
    }

    public @Nullable String upper(@Nullable Object text) {
        return text == null ? null : text.toString().toUpperCase(Locale.ROOT);
    }

    public @Nullable String trim(@Nullable Object text) {
        return text == null ? null : text.toString().strip();
    }

    /** Characters from a place, counted from 1 as SQL does, at most so many. */
    public @Nullable String substring(@Nullable Object text, int from, int length) {
        if (text == null) {
            return null;
        }
        String all = text.toString();
        int begin = Math.min(all.length(), Math.max(0, from - 1));
        return all.substring(begin, Math.min(all.length(), begin + Math.max(0, length)));
    }

    public @Nullable String replace(@Nullable Object text, String what, String with) {
        return text == null ? null : text.toString().replace(what, with);
    }

    /** SHA-256 of the text in hexadecimal digits, for values that must be compared and not read. */
    public @Nullable String sha256(@Nullable Object text) {
        return text == null
                ? null
                : HexFormat.of().formatHex(digest("SHA-256", text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] digest(String algorithm, byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
