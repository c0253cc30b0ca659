package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.DuplicateKeyException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The rows of the engines: joining, leases on the database's clock, and taking over. Thread-safe. */
final class SagaEngines {

    /** An id has ten bits for the engine. */
    private static final int SLOTS = 1024;
    /** Longer than any two clocks differ: a reused slot with the same milliseconds would make an id twice. */
    private static final Duration REST = Duration.ofDays(1);

    /**
     * Where a process dies again and again and has used up all slots within that time: longer than clocks differ that anybody sets. Two ids that
     * are the same all the same are refused by the primary key.
     */
    private static final Duration SHORTEST_REST = Duration.ofMinutes(10);

    private static final int ATTEMPTS = 20;
    private static final int MOVED_AT_ONCE = 1000;

    private final Jdbc jdbc;

    SagaEngines(Jdbc jdbc) {
        this.jdbc = jdbc;
    }

    SagaStore.Lease join(String name, Duration lease) {
        for (int attempt = 1; ; attempt++) {
            try {
                return jdbc.inTransaction(tx -> enter(tx, name, lease));
            } catch (DuplicateKeyException | ConflictException e) {
                // another engine took the same slot at the same moment
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static SagaStore.Lease enter(Tx tx, String name, Duration lease) {
        int next = tx.queryOne("SELECT coalesce(max(id) + 1, 0) AS next FROM tally_engine", row -> row.intValue("next"))
                .orElse(0);
        int slot = next;
        if (next < SLOTS) {
            String sql = "INSERT INTO tally_engine (id, name, epoch, lease_until, joined_at) VALUES (?, ?, 1, "
                    + tx.dialect().nowPlusMicros() + ", " + tx.dialect().now() + ")";
            tx.update(sql, next, name, micros(lease));
        } else {
            slot = reuse(tx, name, lease);
        }
        return current(tx, slot).orElseThrow();
    }

    private static int reuse(Tx tx, String name, Duration lease) {
        return reuse(tx, name, lease, REST)
                .or(() -> reuse(tx, name, lease, SHORTEST_REST))
                .orElseThrow(() -> new RejectedException("all " + SLOTS + " engine slots are in use, or were so within "
                        + SHORTEST_REST.toMinutes() + " minutes: engines join far too often, or sagas of dead engines"
                        + " wait to be taken over. Find out what starts them, and try again in a few minutes."
                        + " Look at: SELECT name, count(*), max(joined_at) FROM tally_engine GROUP BY name"));
    }

    /** The slot that has rested longest, if it has rested for so long. By compare-and-set: an engine thought dead may renew its lease meanwhile. */
    private static Optional<Integer> reuse(Tx tx, String name, Duration lease, Duration atLeast) {
        String rested = "lease_until < " + tx.dialect().nowPlusMicros();
        Optional<SagaStore.Lease> longest = tx.queryOne(
                "SELECT e.id, e.epoch, e.name, e.lease_until FROM tally_engine e WHERE e." + rested
                        + " AND NOT EXISTS (SELECT 1 FROM tally_saga s WHERE s.owner = e.id) ORDER BY e.lease_until "
                        + tx.dialect().limit(1),
                SagaEngines::lease,
                -micros(atLeast));
        longest.ifPresent(slot -> {
            String sql = "UPDATE tally_engine SET name = ?, epoch = epoch + 1, ended_at = NULL, joined_at = "
                    + tx.dialect().now() + ", lease_until = " + tx.dialect().nowPlusMicros()
                    + " WHERE id = ? AND epoch = ? AND " + rested;
            if (tx.update(sql, name, micros(lease), slot.engine(), slot.epoch(), -micros(atLeast)) == 0) {
                throw new ConflictException("engine slot " + slot.engine() + " was taken at the same moment");
            }
        });
        return longest.map(SagaStore.Lease::engine);
    }

    SagaStore.Lease renew(SagaStore.Lease lease, Duration by) {
        return jdbc.inTransaction(tx -> {
            String sql = "UPDATE tally_engine SET lease_until = " + tx.dialect().nowPlusMicros()
                    + " WHERE id = ? AND epoch = ?";
            tx.update(sql, micros(by), lease.engine(), lease.epoch());
            return current(tx, lease.engine())
                    .filter(now -> now.epoch() == lease.epoch())
                    .orElseThrow(() -> new SagaStore.Fenced(lease));
        });
    }

    void leave(SagaStore.Lease lease) {
        jdbc.run(tx -> tx.update(
                "UPDATE tally_engine SET epoch = epoch + 1, lease_until = "
                        + tx.dialect().now() + ", ended_at = " + tx.dialect().now() + " WHERE id = ? AND epoch = ?",
                lease.engine(),
                lease.epoch()));
    }

    boolean isCurrent(SagaStore.Lease lease) {
        return jdbc.autocommit(tx -> current(tx, lease.engine()))
                .filter(now -> now.epoch() == lease.epoch())
                .isPresent();
    }

    /**
     * Each dead engine in a transaction of its own; one whose batch is still in flight after the lock timeout is left
     * for the next time. Engines that were taken over before are looked at only when no other is dead: the look passes
     * every index entry that their finished sagas left since the last vacuum, and sagas that nobody runs wait for it.
     */
    int takeOver(SagaStore.Lease lease) {
        int taken = takeOver(lease, silent(lease));
        return taken > 0 ? taken : takeOver(lease, late(lease));
    }

    private int takeOver(SagaStore.Lease lease, List<SagaStore.Lease> all) {
        int taken = 0;
        for (SagaStore.Lease dead : all) {
            try {
                taken += jdbc.inTransaction(tx -> takeOver(tx, lease, dead));
            } catch (ConflictException e) {
                // its batch is in flight, or somebody else is taking it over
                continue;
            }
        }
        return taken;
    }

    private List<SagaStore.Lease> silent(SagaStore.Lease lease) {
        return dead(lease, "e.ended_at IS NULL");
    }

    /** Those that were taken over before and got a saga since: by a caller's transaction that committed late. */
    private List<SagaStore.Lease> late(SagaStore.Lease lease) {
        return dead(lease, "e.ended_at IS NOT NULL AND EXISTS (SELECT 1 FROM tally_saga s WHERE s.owner = e.id)");
    }

    private List<SagaStore.Lease> dead(SagaStore.Lease lease, String which) {
        return jdbc.autocommit(tx -> tx.query(
                "SELECT e.id, e.epoch, e.name, e.lease_until FROM tally_engine e WHERE e.id <> ? AND e.lease_until < "
                        + tx.dialect().now() + " AND " + which,
                SagaEngines::lease,
                lease.engine()));
    }

    private static int takeOver(Tx tx, SagaStore.Lease lease, SagaStore.Lease dead) {
        if (!tx.dialect().isInnoDb()) {
            tx.update("SET LOCAL lock_timeout = '5s'");
        }
        String mine = "SELECT id FROM tally_engine WHERE id = ? AND epoch = ? AND lease_until >= "
                + tx.dialect().now() + (tx.dialect().isInnoDb() ? " LOCK IN SHARE MODE" : " FOR SHARE");
        if (tx.queryOne(mine, row -> row.intValue("id"), lease.engine(), lease.epoch())
                .isEmpty()) {
            throw new SagaStore.Fenced(lease);
        }
        String fence = (tx.dialect() == Dialect.MARIADB ? "SET STATEMENT innodb_lock_wait_timeout = 5 FOR " : "")
                + "UPDATE tally_engine SET epoch = epoch + 1, ended_at = "
                + tx.dialect().now() + " WHERE id = ? AND epoch = ? AND lease_until < "
                + tx.dialect().now();
        if (tx.update(fence, dead.engine(), dead.epoch()) == 0) {
            return 0;
        }
        return tx.dialect().isInnoDb()
                ? moveUnlocked(tx, lease.engine(), dead.engine())
                : tx.update("UPDATE tally_saga SET owner = ? WHERE owner = ?", lease.engine(), dead.engine());
    }

    /** InnoDB waits even for rows that are not committed; those are left for the next time. */
    private static int moveUnlocked(Tx tx, int heir, int dead) {
        int moved = 0;
        while (true) {
            List<Long> ids = tx.query(
                    "SELECT id FROM tally_saga WHERE owner = ? " + tx.dialect().limit(MOVED_AT_ONCE) + " "
                            + tx.dialect().forUpdateSkipLocked(),
                    row -> row.longValue("id"),
                    dead);
            if (ids.isEmpty()) {
                return moved;
            }
            String sql =
                    "UPDATE tally_saga SET owner = " + heir + " WHERE id IN (" + SagaReader.places(ids.size()) + ")";
            tx.update(sql, SagaReader.padded(ids));
            moved += ids.size();
        }
    }

    private static Optional<SagaStore.Lease> current(Tx tx, int engine) {
        return tx.queryOne(
                "SELECT id, epoch, name, lease_until FROM tally_engine WHERE id = ?", SagaEngines::lease, engine);
    }

    private static SagaStore.Lease lease(Row row) throws SQLException {
        return new SagaStore.Lease(
                row.intValue("id"), row.longValue("epoch"), row.string("name"), row.instant("lease_until"));
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
