package io.tallystick.xa;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.transaction.xa.Xid;

/**
 * The name of one branch in its database. The qualifier is unique for each branch, as MySQL and MariaDB demand, and random in its
 * last part, so that a branch prepared twice by a mistake would be seen.
 *
 * <p>The qualifier is 16 bytes: number 2 · resource 4 · random 10 in the order written.
 *
 * @param gtrid the transaction
 * @param number of the branch within it, from 1, 16 bits
 * @param resource {@link Gtrid#hash} of the resource's name
 * @param random 64 bits
 */
public record BranchXid(Gtrid gtrid, int number, int resource, long random) implements Xid {

    /** Marks our xids among those of other coordinators: "TALY". */
    public static final int FORMAT = 0x54414C59;

    private static final int QUALIFIER = 16;

    /** The xid with these parts, or nothing when it is not one of ours. */
    public static Optional<BranchXid> read(int formatId, byte[] gtrid, byte[] bqual) {
        if (formatId != FORMAT || bqual.length != QUALIFIER) {
            return Optional.empty();
        }
        ByteBuffer from = ByteBuffer.wrap(bqual);
        int number = from.getShort() & 0xFFFF;
        int resource = from.getInt();
        from.getShort();
        long random = from.getLong();
        return Gtrid.read(gtrid).map(g -> new BranchXid(g, number, resource, random));
    }

    /** The inverse of {@link #qualifier()}. */
    public static Optional<BranchXid> of(Gtrid gtrid, String qualifier) {
        byte[] bqual;
        try {
            bqual = HexFormat.of().parseHex(qualifier);
        } catch (IllegalArgumentException notHex) {
            return Optional.empty();
        }
        return read(FORMAT, gtrid.bytes(), bqual);
    }

    @Override
    public int getFormatId() {
        return FORMAT;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return gtrid.bytes();
    }

    @Override
    public byte[] getBranchQualifier() {
        return ByteBuffer.allocate(QUALIFIER)
                .putShort((short) number)
                .putInt(resource)
                .putShort((short) 0)
                .putLong(random)
                .array();
    }

    /** The branch's part of the name, 32 hexadecimal digits. */
    public String qualifier() {
        return HexFormat.of().formatHex(getBranchQualifier());
    }

    /** Whether a resource manager's xid is this one; their classes do not implement equals alike. */
    public boolean names(Xid other) {
        return other.getFormatId() == FORMAT
                && Arrays.equals(other.getGlobalTransactionId(), getGlobalTransactionId())
                && Arrays.equals(other.getBranchQualifier(), getBranchQualifier());
    }

    @Override
    public String toString() {
        return gtrid + "/" + number;
    }
}
