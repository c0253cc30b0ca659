package io.tallystick.xa.database;

import io.tallystick.xa.BranchXid;
import java.util.Base64;
import java.util.Optional;

/** Names of prepared transactions as pgjdbc writes them (formatId_base64(gtrid)_base64(bqual)), so that other tools read ours. */
final class PostgresGid {

    /** How all of ours begin. */
    static final String PREFIX = BranchXid.FORMAT + "_";

    private PostgresGid() {}

    /** 80 characters; PostgreSQL allows 199. Nothing in it needs escaping within a literal. */
    static String of(BranchXid xid) {
        Base64.Encoder base64 = Base64.getEncoder();
        return PREFIX
                + base64.encodeToString(xid.getGlobalTransactionId())
                + "_"
                + base64.encodeToString(xid.getBranchQualifier());
    }

    /** The branch of that name, or nothing when it is a stranger's. */
    static Optional<BranchXid> read(String gid) {
        String[] parts = gid.split("_", -1);
        if (parts.length != 3 || !gid.startsWith(PREFIX)) {
            return Optional.empty();
        }
        try {
            Base64.Decoder base64 = Base64.getDecoder();
            return BranchXid.read(BranchXid.FORMAT, base64.decode(parts[1]), base64.decode(parts[2]));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
