package io.tallystick.xa.database;

import io.tallystick.xa.BranchXid;
import io.tallystick.xa.Gtrid;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import javax.transaction.xa.Xid;

/**
 * The name of a branch as resources other than PostgreSQL and MariaDB get it: in hexadecimal digits, 64 for the transaction (all that
 * X/Open XA allows) and 32 for the branch. MySQL 8.0.31 compares names by C strings when it recovers its binary log: of two names that
 * differ only behind a zero byte it takes the second for the first prepared twice, and does not start any more.
 */
record PrintableXid(BranchXid branch) implements Xid {

    /** The branch of ours with this name, printable or not. */
    static Optional<BranchXid> read(int formatId, byte[] gtrid, byte[] bqual) {
        if (formatId != BranchXid.FORMAT || gtrid.length != 2 * Gtrid.LENGTH) {
            return BranchXid.read(formatId, gtrid, bqual);
        }
        try {
            return BranchXid.of(Gtrid.parse(text(gtrid)), text(bqual));
        } catch (IllegalArgumentException strangers) {
            return Optional.empty();
        }
    }

    private static String text(byte[] digits) {
        return new String(digits, StandardCharsets.US_ASCII);
    }

    @Override
    public int getFormatId() {
        return BranchXid.FORMAT;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return branch.gtrid().toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] getBranchQualifier() {
        return branch.qualifier().getBytes(StandardCharsets.US_ASCII);
    }

    /** Drivers keep names and compare them with each other's classes. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Xid xid
                && xid.getFormatId() == getFormatId()
                && Arrays.equals(xid.getGlobalTransactionId(), getGlobalTransactionId())
                && Arrays.equals(xid.getBranchQualifier(), getBranchQualifier());
    }

    @Override
    public int hashCode() {
        return branch.hashCode();
    }

    @Override
    public String toString() {
        return branch.toString();
    }
}
