package io.tallystick.xa.journal;

import io.tallystick.jdbc.CorruptionException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.DecisionStore.Order;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.internal.VotedBranches;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Entries as bytes, one after the other, each begins with its kind. Stateless. */
final class EntryCodec {

    private static final int DECIDED = 1;
    private static final int TOMBSTONE = 2;
    private static final int REMEMBERED = 3;
    private static final int FORGOTTEN = 4;
    private static final int REGISTERED = 5;
    private static final int EVIDENCE = 6;
    private static final int ORDERED = 7;

    private EntryCodec() {}

    static byte[] write(List<Entry> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 * entries.size());
        try (DataOutputStream to = new DataOutputStream(bytes)) {
            for (Entry entry : entries) {
                write(entry, to);
            }
        } catch (IOException never) {
            throw new UncheckedIOException(never);
        }
        return bytes.toByteArray();
    }

    /** @throws CorruptionException when these bytes, whose checksum is right, cannot be understood */
    static List<Entry> read(byte[] bytes) {
        List<Entry> entries = new ArrayList<>();
        try (DataInputStream from = new DataInputStream(new ByteArrayInputStream(bytes))) {
            for (int kind = from.read(); kind != -1; kind = from.read()) {
                entries.add(read(kind, from));
            }
        } catch (IOException e) {
            throw new CorruptionException("a frame of the journal ends in the middle of an entry", e);
        }
        return entries;
    }

    private static void write(Entry entry, DataOutputStream to) throws IOException {
        if (entry instanceof Entry.Decided decided) {
            to.writeByte(DECIDED);
            write(decided.decision().gtrid(), to);
            write(decided.decision().decidedAt(), to);
            write(VotedBranches.write(decided.decision().branches()), to);
        } else if (entry instanceof Entry.Tombstone tombstone) {
            to.writeByte(TOMBSTONE);
            write(tombstone.gtrid(), to);
            write(tombstone.at(), to);
        } else if (entry instanceof Entry.Remembered remembered) {
            to.writeByte(REMEMBERED);
            write(remembered.gtrid(), to);
            write(remembered.at(), to);
        } else if (entry instanceof Entry.Forgotten forgotten) {
            to.writeByte(FORGOTTEN);
            write(forgotten.gtrid(), to);
        } else {
            writeRare(entry, to);
        }
    }

    private static void writeRare(Entry entry, DataOutputStream to) throws IOException {
        if (entry instanceof Entry.Registered registered) {
            to.writeByte(REGISTERED);
            to.writeInt(registered.life().cluster());
            to.writeLong(registered.life().node());
            to.writeInt(registered.life().epoch());
        } else if (entry instanceof Entry.Evidence evidence) {
            to.writeByte(EVIDENCE);
            write(evidence.record(), to);
        } else if (entry instanceof Entry.Ordered ordered) {
            to.writeByte(ORDERED);
            write(ordered.order().gtrid(), to);
            write(ordered.order().who(), to);
            write(ordered.order().what(), to);
            write(ordered.order().why(), to);
            write(ordered.order().at(), to);
        }
    }

    private static void write(HeuristicRecord record, DataOutputStream to) throws IOException {
        write(record.branch().gtrid(), to);
        to.write(record.branch().getBranchQualifier());
        write(record.resource(), to);
        write(record.decided().name(), to);
        write(record.found().name(), to);
        write(record.evidence(), to);
        write(record.at(), to);
    }

    private static Entry read(int kind, DataInputStream from) throws IOException {
        return switch (kind) {
            case DECIDED -> {
                Gtrid gtrid = gtrid(from);
                Instant at = instant(from);
                yield new Entry.Decided(new DecisionRecord(gtrid, VotedBranches.read(gtrid, bytes(from)), at));
            }
            case TOMBSTONE -> new Entry.Tombstone(gtrid(from), instant(from));
            case REMEMBERED -> new Entry.Remembered(gtrid(from), instant(from));
            case FORGOTTEN -> new Entry.Forgotten(gtrid(from));
            case REGISTERED -> new Entry.Registered(new Life(from.readInt(), from.readLong(), from.readInt()));
            case EVIDENCE -> new Entry.Evidence(heuristic(from));
            case ORDERED ->
                new Entry.Ordered(new Order(gtrid(from), text(from), text(from), text(from), instant(from)));
            default ->
                throw new CorruptionException("the journal holds an entry of kind " + kind
                        + ", expected 1 to 7: a newer release wrote it; upgrade this one");
        };
    }

    private static HeuristicRecord heuristic(DataInputStream from) throws IOException {
        Gtrid gtrid = gtrid(from);
        BranchXid branch = BranchXid.read(BranchXid.FORMAT, gtrid.bytes(), from.readNBytes(16))
                .orElseThrow(() -> new CorruptionException("the journal holds evidence about no branch of " + gtrid));
        String resource = text(from);
        Verdict decided = Verdict.valueOf(text(from));
        Ack.Found found = Ack.Found.valueOf(text(from));
        return new HeuristicRecord(branch, resource, decided, found, text(from), instant(from));
    }

    private static void write(Gtrid gtrid, DataOutputStream to) throws IOException {
        to.write(gtrid.bytes());
    }

    private static Gtrid gtrid(DataInputStream from) throws IOException {
        return Gtrid.read(from.readNBytes(Gtrid.LENGTH))
                .orElseThrow(() -> new CorruptionException("the journal holds 32 bytes that are no gtrid"));
    }

    private static void write(Instant at, DataOutputStream to) throws IOException {
        to.writeLong(at.getEpochSecond());
        to.writeInt(at.getNano());
    }

    private static Instant instant(DataInputStream from) throws IOException {
        return Instant.ofEpochSecond(from.readLong(), from.readInt());
    }

    private static void write(String text, DataOutputStream to) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8), to);
    }

    private static String text(DataInputStream from) throws IOException {
        return new String(bytes(from), StandardCharsets.UTF_8);
    }

    private static void write(byte[] bytes, DataOutputStream to) throws IOException {
        to.writeInt(bytes.length);
        to.write(bytes);
    }

    private static byte[] bytes(DataInputStream from) throws IOException {
        int length = from.readInt();
        byte[] bytes = from.readNBytes(length);
        if (bytes.length != length) {
            throw new IOException("expected " + length + " bytes, found " + bytes.length);
        }
        return bytes;
    }
}
