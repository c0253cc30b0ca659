package io.tallystick.xa.journal;

import io.tallystick.jdbc.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The form of a segment. Header, 64 bytes: magic 8 · format 4 · segment number 8 · journal id 16 · CRC-32C of these 4 · zeros.
 * Then frames, each at a multiple of 8: magic 4 · length of the content 4 · number 8 · CRC-32C 4 · zeros 4 · content. A frame is
 * what was forced to disk at once; the next is written only when that force has succeeded.
 *
 * <p>Hence the rule of reading: a bad frame with nothing valid behind it was torn by a crash, and nobody was told that it is durable;
 * with a valid frame behind it, it had been durable once and is damaged. The checksum covers the segment's number, so that what an
 * earlier use left in a recycled file is no frame of this segment. Stateless.
 */
final class Frames {

    static final int HEADER = 64;
    private static final int FRAME_HEADER = 24;
    private static final int FORMAT = 1;
    private static final long FILE_MAGIC =
            ByteBuffer.wrap("TALYXAJN".getBytes(StandardCharsets.US_ASCII)).getLong();
    private static final int FRAME_MAGIC = 0x54414C46;

    private Frames() {}

    static ByteBuffer header(long segment, UUID journal) {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putLong(FILE_MAGIC)
                .putInt(FORMAT)
                .putLong(segment)
                .putLong(journal.getMostSignificantBits())
                .putLong(journal.getLeastSignificantBits());
        header.putInt(crc(header.array(), 0, header.position()));
        return header.rewind();
    }

    /** How many bytes a frame with this content takes. */
    static int size(int content) {
        return FRAME_HEADER + (content + 7) / 8 * 8;
    }

    static ByteBuffer frame(long segment, long number, byte[] content) {
        ByteBuffer frame = ByteBuffer.allocate(size(content.length));
        frame.putInt(FRAME_MAGIC)
                .putInt(content.length)
                .putLong(number)
                .putInt(checksum(segment, number, content, 0, content.length))
                .putInt(0)
                .put(content);
        return frame.rewind();
    }

    /** Who owns this segment, and its number. */
    record Header(long segment, UUID journal) {}

    static Header header(String file, ByteBuffer bytes) {
        if (bytes.remaining() < HEADER || bytes.getLong(0) != FILE_MAGIC) {
            throw new CorruptionException("journal file " + file
                    + ", offset 0: expected the header of a segment, found something else; restore the directory from a"
                    + " copy, or settle what is prepared by hand (tally tx list)");
        }
        if (bytes.getInt(36) != crc(bytes.array(), bytes.arrayOffset(), 36)) {
            throw new CorruptionException("journal file " + file + ", offset 0: the header's checksum is wrong");
        }
        if (bytes.getInt(8) != FORMAT) {
            throw new CorruptionException("journal file " + file + " has format " + bytes.getInt(8) + ", expected "
                    + FORMAT + ": a newer release wrote it; upgrade this one");
        }
        return new Header(bytes.getLong(12), new UUID(bytes.getLong(20), bytes.getLong(28)));
    }

    /**
     * The contents of all frames, up to the end or to a torn one.
     *
     * @throws CorruptionException when a frame in the middle is damaged; names its offset
     */
    static List<byte[]> read(String file, long segment, ByteBuffer bytes) {
        List<byte[]> contents = new ArrayList<>();
        int at = HEADER;
        byte[] content = contentAt(segment, contents.size(), bytes, at);
        while (content != null) {
            contents.add(content);
            at += size(content.length);
            content = contentAt(segment, contents.size(), bytes, at);
        }
        int later = laterFrame(segment, contents.size(), bytes, at + 8);
        if (later >= 0) {
            throw new CorruptionException("journal file " + file + " is damaged: no valid frame " + contents.size()
                    + " at offset " + at + ", but a later one at offset " + later
                    + "; this is no torn end of a crash. Restore the directory from a copy, or settle what is prepared"
                    + " by hand (tally tx list), then move the directory away");
        }
        return contents;
    }

    private static byte @Nullable [] contentAt(long segment, long number, ByteBuffer bytes, int at) {
        return at + FRAME_HEADER <= bytes.limit() && bytes.getInt(at) == FRAME_MAGIC && bytes.getLong(at + 8) == number
                ? valid(segment, number, bytes, at)
                : null;
    }

    private static byte @Nullable [] valid(long segment, long number, ByteBuffer bytes, int at) {
        int length = bytes.getInt(at + 4);
        if (length < 0 || length > bytes.limit() - at - FRAME_HEADER) {
            return null;
        }
        byte[] content = new byte[length];
        bytes.get(at + FRAME_HEADER, content);
        return checksum(segment, number, content, 0, length) == bytes.getInt(at + 16) ? content : null;
    }

    private static int laterFrame(long segment, long number, ByteBuffer bytes, int from) {
        for (int at = from; at + FRAME_HEADER <= bytes.limit(); at += 8) {
            if (bytes.getInt(at) == FRAME_MAGIC
                    && bytes.getLong(at + 8) > number
                    && valid(segment, bytes.getLong(at + 8), bytes, at) != null) {
                return at;
            }
        }
        return -1;
    }

    private static int checksum(long segment, long number, byte[] content, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(20)
                .putLong(segment)
                .putLong(number)
                .putInt(length)
                .flip());
        crc.update(content, offset, length);
        return (int) crc.getValue();
    }

    private static int crc(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
