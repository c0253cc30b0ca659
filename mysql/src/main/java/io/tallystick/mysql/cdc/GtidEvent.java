package io.tallystick.mysql.cdc;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;

/**
 * The beginning of a transaction.
 *
 * @param at the server's clock at the commit, exact to the microsecond for MySQL and to the second for MariaDB
 * @param grouped whether an end of its own will follow; MySQL tells that only by the next event
 * @param prepares whether it ends with XA PREPARE; MySQL tells that only by the next event
 */
record GtidEvent(Gtid gtid, Instant at, boolean grouped, boolean prepares) {

    private static final int STANDALONE = 1;
    private static final int PREPARED_XA = 64;
    private static final long HAS_ORIGINAL = 1L << 55;
    private static final int LOGICAL_CLOCK = 2;

    /** MariaDB: sequence, domain, flags. */
    static GtidEvent mariaDb(LogEvent event, long serverId) {
        LogBytes in = event.body();
        long sequence = in.i64();
        String domain = Long.toString(in.u32());
        int flags = in.u8();
        return new GtidEvent(
                new Gtid(domain, serverId, sequence),
                Instant.ofEpochSecond(event.seconds()),
                (flags & STANDALONE) == 0,
                (flags & PREPARED_XA) != 0);
    }

    /** MySQL: flags, UUID, sequence, logical clock, the time of the commit in microseconds. */
    static GtidEvent mySql(LogEvent event) {
        LogBytes in = event.body();
        in.skip(1);
        ByteBuffer id = ByteBuffer.wrap(in.take(16));
        Gtid gtid = Gtid.mysql(new UUID(id.getLong(), id.getLong()).toString(), in.i64());
        Instant at = Instant.ofEpochSecond(event.seconds());
        if (in.remaining() >= 24 && in.u8() == LOGICAL_CLOCK) {
            in.skip(16);
            long micros = in.number(7) & HAS_ORIGINAL - 1;
            at = Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1_000);
        }
        return new GtidEvent(gtid, at, false, false);
    }
}
