package io.tallystick.cdc.file;

import io.tallystick.cdc.replicator.NamedIds;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The functions that expressions of a pipeline file may call. All of them give the same value for the same arguments. */
public final class Functions {

    Functions() {}

    /** A name-based id (RFC 9562, version 5) of all arguments: the same arguments make the same id everywhere, so a repeat collides. */
    public String uuid5(@Nullable Object... parts) {
        return NamedIds.uuid5(parts);
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
                : HexFormat.of().formatHex(digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
