package io.tallystick.mysql.cdc;

import io.tallystick.jdbc.CorruptionException;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What MariaDB compresses: cells of COMPRESSED columns (sql/field_comp.cc) and whole events (sql/log_event.cc). Stateless. */
final class CompressedCells {

    private static final int ZLIB_COLUMN = 8;
    private static final int WITHOUT_HEADER = 8;
    private static final int MARKED = 0x80;

    private CompressedCells() {}

    /** A cell: a header byte (zero for a value left as it is), the length in so many bytes, big-endian, and the deflated value. */
    static byte[] inflate(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return new byte[0];
        }
        int header = bytes[offset] & 0xff;
        if (header == 0) {
            return Arrays.copyOfRange(bytes, offset + 1, offset + length);
        }
        int sizeBytes = header & 7;
        if (header >> 4 != ZLIB_COLUMN) {
            throw new CorruptionException(
                    "a COMPRESSED column names method " + (header >> 4) + ", only 8 (zlib) is known");
        }
        int size = (int) LogCells.big(bytes, offset + 1, sizeBytes);
        return inflate(bytes, offset + 1 + sizeBytes, length - 1 - sizeBytes, size, (header & WITHOUT_HEADER) != 0);
    }

    /** The rest of an event: a byte with the method and the number of length bytes, the length, big-endian, and the deflated rest. */
    static byte[] inflateRest(LogBytes in) {
        int header = in.u8();
        if ((header & MARKED) == 0 || (header >> 4 & 7) != 0) {
            throw new CorruptionException("a compressed event begins with " + header + "; only zlib is known");
        }
        int sizeBytes = header & 7;
        int size = (int) LogCells.big(in.bytes(), in.position(), sizeBytes);
        in.skip(sizeBytes);
        return inflate(in.bytes(), in.position(), in.remaining(), size, false);
    }

    private static byte[] inflate(byte[] bytes, int offset, int length, int size, boolean raw) {
        Inflater inflater = new Inflater(raw);
        try {
            inflater.setInput(bytes, offset, length);
            byte[] plain = new byte[size];
            int filled = 0;
            while (filled < size) {
                int count = inflater.inflate(plain, filled, size - filled);
                if (count == 0) {
                    throw new CorruptionException("compressed data ends after " + filled + " of " + size + " bytes");
                }
                filled += count;
            }
            return plain;
        } catch (DataFormatException damaged) {
            throw new CorruptionException("compressed data of the log cannot be inflated", damaged);
        } finally {
            inflater.end();
        }
    }
}
