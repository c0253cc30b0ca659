package io.tallystick.postgres;

import io.tallystick.jdbc.CommitProbe;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.util.Optional;

/**
 * Asks {@code pg_xact_status} what became of a transaction (PostgreSQL 13 or newer). Valid on the server that ran it and on a standby that
 * was promoted with everything received; after a failover that lost the tail another transaction may bear the id, so ask only
 * where the epoch of the primary is still the one of the commit. Thread-safe.
 */
public final class PostgresCommitProbe implements CommitProbe {

    private final Jdbc jdbc;

    public PostgresCommitProbe(Jdbc jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public String ticket(Tx tx) {
        return tx.query("SELECT pg_current_xact_id()::text AS xid", row -> row.string("xid"))
                .get(0);
    }

    /**
     * Asks again while the server process of a lost connection has not noticed yet; {@link Fate#RUNNING} is not an end.
     *
     * @throws RejectedException when the id lies in this server's future: it is another server, or one that lost its tail
     */
    @Override
    public Optional<Fate> fate(String ticket) {
        return jdbc.autocommit(tx -> tx.queryOne(
                        "SELECT coalesce(pg_xact_status(?::xid8), 'forgotten') AS status",
                        row -> row.string("status"),
                        ticket))
                .flatMap(PostgresCommitProbe::fateOf);
    }

    private static Optional<Fate> fateOf(String status) {
        return switch (status) {
            case "committed" -> Optional.of(Fate.COMMITTED);
            case "aborted" -> Optional.of(Fate.ROLLED_BACK);
            case "in progress" -> Optional.of(Fate.RUNNING);
            default -> Optional.empty();
        };
    }
}
