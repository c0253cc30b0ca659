package io.tallystick.xa.journal;

import io.tallystick.disk.Disk;
import io.tallystick.disk.Disk.Handle;
import io.tallystick.jdbc.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files. Only the newest segment counts: it begins with a snapshot, is made in a spare file, forced, and gets its name last; the one
 * before becomes the spare. Segments are filled with zeros when they are made, so that forcing a frame writes no metadata.
 *
 * <p>After any failed write or force the segment is given up, never forced again (Linux reports a lost page once and then forgets
 * it: Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020), and nothing is taken until a new one stands, which
 * voids the doubtful frame. Belongs to one thread.
 */
final class Segments {

    private static final Logger LOG = LoggerFactory.getLogger(Segments.class);
    private static final String PREFIX = "journal-";
    private static final String SPARE = "spare";
    private static final int ZEROS = 1 << 20;

    private final Disk disk;
    private final int size;
    private UUID journal;
    private long newest;
    private @Nullable Handle open;
    private @Nullable String openName;
    private long position;
    private long capacity;
    private long frames;

    /**
     * @param size of a segment in bytes, when the snapshot leaves it room
     * @param fresh the journal's id if the directory holds none yet
     */
    Segments(Disk disk, int size, UUID fresh) {
        this.disk = disk;
        this.size = size;
        this.journal = fresh;
    }

    /** What the directory says. To be followed by {@link #begin}: what was read may not be durable yet. */
    List<Entry> recover() throws IOException {
        List<String> names =
                disk.list().stream().filter(name -> name.startsWith(PREFIX)).toList();
        if (names.isEmpty()) {
            return List.of();
        }
        String last = names.get(names.size() - 1);
        ByteBuffer bytes = disk.content(last);
        Frames.Header header = Frames.header(last, bytes);
        if (!last.equals(name(header.segment()))) {
            throw new CorruptionException("journal file " + last + " calls itself " + name(header.segment())
                    + " inside: files of two journals were mixed");
        }
        List<byte[]> contents = Frames.read(last, header.segment(), bytes);
        if (contents.isEmpty()) {
            throw new CorruptionException("journal file " + last + " is damaged: no valid snapshot at offset "
                    + Frames.HEADER + "; it was durable before the file got its name");
        }
        journal = header.journal();
        newest = header.segment();
        openName = last;
        // its name may be in the cache alone: those before it must not be gone without it
        disk.forceNames();
        names.subList(0, names.size() - 1).forEach(this::deleteQuietly);
        List<Entry> entries = new ArrayList<>();
        contents.forEach(content -> entries.addAll(EntryCodec.read(content)));
        return entries;
    }

    /** The journal's own id: another directory never has the same, whatever people call both. */
    UUID journal() {
        return journal;
    }

    boolean fits(int content) {
        return open != null && position + Frames.size(content) <= capacity;
    }

    /**
     * Makes a new segment with this snapshot and room for a frame; voids all that was before.
     *
     * @throws IOException when there is none now: the segment before is not used again either, for it may be void already
     */
    void begin(byte[] snapshot, int room) throws IOException {
        Handle before = open;
        String beforeName = openName;
        open = null;
        closeQuietly(before);
        newest++;
        long wanted = Math.max(size, (long) Frames.HEADER + 2L * Frames.size(snapshot.length) + Frames.size(room));
        Handle made = disk.open(SPARE);
        try {
            fill(made, wanted);
            made.write(0, Frames.header(newest, journal));
            made.write(Frames.HEADER, Frames.frame(newest, 0, snapshot));
            made.force(true);
            disk.rename(SPARE, name(newest));
        } catch (IOException | RuntimeException e) {
            closeQuietly(made);
            deleteQuietly(SPARE);
            throw e;
        }
        open = made;
        openName = name(newest);
        position = Frames.HEADER + Frames.size(snapshot.length);
        capacity = Math.max(wanted, made.size());
        frames = 1;
        recycle(beforeName, before != null);
    }

    /** Makes the next segment's file ahead of its use, so that a disk that fills up meanwhile does not stop decisions. */
    void prepareSpare() {
        try (Handle spare = disk.open(SPARE)) {
            fill(spare, size);
            spare.force(true);
        } catch (IOException e) {
            LOG.warn(
                    "the journal has no room for its next segment now ({}); it works until this one is full",
                    e.toString());
            deleteQuietly(SPARE);
        }
    }

    /** Writes and forces one frame; it must fit. After an exception it may be there or not. */
    void append(byte[] content) throws IOException {
        Handle handle = open;
        if (handle == null) {
            throw new IOException("no segment is open");
        }
        try {
            handle.write(position, Frames.frame(newest, frames, content));
            handle.force(false);
        } catch (IOException | RuntimeException e) {
            giveUp();
            throw e;
        }
        frames++;
        position += Frames.size(content.length);
    }

    /** The open segment's end is doubtful. */
    void giveUp() {
        closeQuietly(open);
        open = null;
    }

    void close() {
        giveUp();
    }

    private static void fill(Handle handle, long wanted) throws IOException {
        for (long at = handle.size(); at < wanted; at += ZEROS) {
            handle.write(at, ByteBuffer.allocate((int) Math.min(ZEROS, wanted - at)));
        }
    }

    /** A file whose force has failed is not used again. */
    private void recycle(@Nullable String before, boolean sound) {
        if (before == null) {
            return;
        }
        try {
            if (sound) {
                disk.rename(before, SPARE);
            } else {
                disk.delete(before);
            }
        } catch (IOException e) {
            LOG.debug("journal file {} stays; the newer one counts", before, e);
        }
    }

    private void deleteQuietly(String name) {
        try {
            disk.delete(name);
        } catch (IOException e) {
            LOG.debug("journal file {} cannot be deleted now", name, e);
        }
    }

    private static void closeQuietly(@Nullable Handle handle) {
        if (handle == null) {
            return;
        }
        try {
            handle.close();
        } catch (IOException e) {
            LOG.debug("closing a journal file failed; nothing depends on it", e);
        }
    }

    static String name(long segment) {
        return PREFIX + String.format("%016x", segment);
    }
}
