package io.tallystick.message;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which lanes of a channel this consumer owns, in the tables tally_lane and tally_consumer. Leases run on the database's
 * clock; each living consumer takes an equal share and gives back what is more.
 */
final class LaneLeases {
    private final String channel;
    private final String owner;
    private final long leaseMicros;

    LaneLeases(String channel, String owner, Duration lease) {
        this.channel = channel;
        this.owner = owner;
        this.leaseMicros = lease.toNanos() / 1000;
    }

    /** Makes the channel's lanes, unless they are there, and forgets consumers that have died. */
    void prepare(Jdbc jdbc) {
        jdbc.withRetryOnConflict(20, tx -> {
            tx.update(
                    "DELETE FROM tally_consumer WHERE channel = ? AND seen_until < "
                            + tx.dialect().now(),
                    channel);
            String sql = tx.dialect().insertIgnore("tally_lane", "channel", "lane");
            return tx.batch(
                    sql,
                    IntStream.range(0, Lanes.COUNT)
                            .mapToObj(lane -> new Object[] {channel, lane})
                            .toList());
        });
    }

    /**
     * Says that this consumer lives, prolongs its leases and takes or gives back lanes for an equal share.
     *
     * @param mayGo whether a lane can be given back now
     * @return the lanes that are ours from now for one lease
     */
    Set<Integer> renew(Tx tx, IntPredicate mayGo) {
        tx.update("DELETE FROM tally_consumer WHERE channel = ? AND owner = ?", channel, owner);
        tx.update(
                "INSERT INTO tally_consumer (channel, owner, seen_until) VALUES (?, ?, "
                        + tx.dialect().nowPlusMicros() + ")",
                channel,
                owner,
                leaseMicros);
        Set<Integer> mine = prolong(tx);
        int share = share(tx);
        if (mine.size() > share) {
            List<Integer> extra =
                    mine.stream().filter(mayGo::test).limit(mine.size() - share).toList();
            release(tx, extra);
            extra.forEach(mine::remove);
        } else if (mine.size() < share) {
            mine.addAll(claim(tx, share - mine.size()));
        }
        return mine;
    }

    /** Gives everything back, so that others need not wait for the leases to end. */
    void leave(Tx tx) {
        tx.update("DELETE FROM tally_consumer WHERE channel = ? AND owner = ?", channel, owner);
        tx.update(
                "UPDATE tally_lane SET owner = NULL, lease_until = NULL WHERE channel = ? AND owner = ?",
                channel,
                owner);
    }

    private Set<Integer> prolong(Tx tx) {
        tx.update(
                "UPDATE tally_lane SET lease_until = " + tx.dialect().nowPlusMicros()
                        + " WHERE channel = ? AND owner = ?",
                leaseMicros,
                channel,
                owner);
        return new TreeSet<>(tx.query(
                "SELECT lane FROM tally_lane WHERE channel = ? AND owner = ?",
                row -> row.intValue("lane"),
                channel,
                owner));
    }

    private int share(Tx tx) {
        int living = tx.queryOne(
                        "SELECT COUNT(*) AS living FROM tally_consumer WHERE channel = ? AND seen_until > "
                                + tx.dialect().now(),
                        row -> row.intValue("living"),
                        channel)
                .orElseThrow();
        return (Lanes.COUNT + living - 1) / Math.max(1, living);
    }

    private List<Integer> claim(Tx tx, int wanted) {
        List<Integer> free = tx.query(
                "SELECT lane FROM tally_lane WHERE channel = ? AND (owner IS NULL OR lease_until < "
                        + tx.dialect().now() + ") ORDER BY lane LIMIT " + wanted + " FOR UPDATE SKIP LOCKED",
                row -> row.intValue("lane"),
                channel);
        List<Object[]> rows = new ArrayList<>();
        free.forEach(lane -> rows.add(new Object[] {owner, leaseMicros, channel, lane}));
        tx.batch(
                "UPDATE tally_lane SET owner = ?, epoch = epoch + 1, lease_until = "
                        + tx.dialect().nowPlusMicros() + " WHERE channel = ? AND lane = ?",
                rows);
        return free;
    }

    private void release(Tx tx, Collection<Integer> lanes) {
        tx.batch(
                "UPDATE tally_lane SET owner = NULL, lease_until = NULL WHERE channel = ? AND lane = ? AND owner = ?",
                lanes.stream().map(lane -> new Object[] {channel, lane, owner}).toList());
    }
}
