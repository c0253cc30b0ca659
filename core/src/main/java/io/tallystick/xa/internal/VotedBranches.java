package io.tallystick.xa.internal;

import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The branches of a decision as bytes, for a table or a journal: version 1 · count 2 · for each branch number 2 · resource hash 4 ·
 * random 8 · resource, incarnation and hint as texts in modified UTF-8 with a length of 2. Binary, because these bytes are what a
 * commit forces to disk.
 */
public final class VotedBranches {

    /** What the narrowest column holds; about 200 branches. */
    private static final int LONGEST = 16_000;

    private static final int VERSION = 1;

    private VotedBranches() {}

    /** @throws RejectedException when they take more than 16,000 bytes */
    public static byte[] write(List<Voted> branches) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(3 + 64 * branches.size());
        try (DataOutputStream to = new DataOutputStream(bytes)) {
            to.writeByte(VERSION);
            to.writeShort(branches.size());
            for (Voted voted : branches) {
                write(voted, to);
            }
        } catch (IOException tooLong) {
            throw new RejectedException("a name of a resource, its incarnation or a hint cannot be stored", tooLong);
        }
        if (bytes.size() > LONGEST) {
            throw new RejectedException("the " + branches.size() + " branches of one transaction take " + bytes.size()
                    + " bytes in its decision; expected " + LONGEST + " at most: let fewer resources take part");
        }
        return bytes.toByteArray();
    }

    /** @throws CorruptionException when these are not such bytes */
    public static List<Voted> read(Gtrid gtrid, byte[] bytes) {
        try (DataInputStream from = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int version = from.readUnsignedByte();
            if (version != VERSION) {
                throw new CorruptionException("the branches of decision " + gtrid + " have format " + version
                        + ", expected " + VERSION + ": a newer release wrote them; upgrade this one");
            }
            int count = from.readUnsignedShort();
            List<Voted> branches = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                branches.add(read(gtrid, from));
            }
            if (from.read() != -1) {
                throw new IOException("bytes after the last of " + count + " branches");
            }
            return branches;
        } catch (IOException e) {
            throw new CorruptionException(
                    "the branches of decision " + gtrid + " cannot be read (" + bytes.length + " bytes)", e);
        }
    }

    private static void write(Voted voted, DataOutputStream to) throws IOException {
        to.writeShort(voted.xid().number());
        to.writeInt(voted.xid().resource());
        to.writeLong(voted.xid().random());
        to.writeUTF(voted.resource());
        to.writeUTF(voted.incarnation());
        to.writeUTF(voted.hint());
    }

    private static Voted read(Gtrid gtrid, DataInputStream from) throws IOException {
        BranchXid xid = new BranchXid(gtrid, from.readUnsignedShort(), from.readInt(), from.readLong());
        return new Voted(xid, from.readUTF(), from.readUTF(), from.readUTF());
    }
}
