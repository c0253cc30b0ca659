package io.tallystick.postgres.cdc;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.LogOpening;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a walsender and, at the same time, to the catalog, which is asked what the tables look like; both connections are then the
 * stream's. What tells whether something is missing (identity, slot, publication) is asked when the position is known, not before: the
 * log and the slot move on meanwhile. For one thread, with two of its own while it connects.
 */
final class PostgresOpening implements LogOpening {

    private static final Duration LONGEST_PULSE = Duration.ofSeconds(10);

    private final PostgresChangeSource source;
    private final PostgresChangeSource.Parts parts;
    private final Set<TableName> tables;
    private @Nullable Ahead<Log> log;
    private @Nullable Ahead<Catalog> catalog;

    PostgresOpening(PostgresChangeSource source, PostgresChangeSource.Parts parts, Set<TableName> tables) {
        this.source = source;
        this.parts = parts;
        this.tables = tables;
        log();
        catalog();
    }

    private Ahead<Log> log() {
        Ahead<Log> begun = log;
        if (begun == null) {
            begun = new Ahead<>("tally-wal-" + slot(), () -> Log.open(parts.access()));
            log = begun;
        }
        return begun;
    }

    private Ahead<Catalog> catalog() {
        Ahead<Catalog> begun = catalog;
        if (begun == null) {
            begun = new Ahead<>("tally-catalog-" + slot(), () -> Catalog.open(parts.access(), tables));
            catalog = begun;
        }
        return begun;
    }

    /** Mostly all is there, and then only asked; what is missing is made as the source makes it, in transactions of its own. */
    @Override
    public Position establish() {
        WalPosition server = log().get().connection().identity();
        Catalog asked = catalog().get();
        Tx tx = asked.tx();
        boolean published = new PublicationKeeper(parts.settings().publication())
                .missing(tx, tables)
                .isEmpty();
        Slot slot = published && asked.facts() != null ? Slot.find(tx, slot()).orElse(null) : null;
        if (slot == null || slot.lost() != null) {
            // which connects by itself, may wait for others, and changes what was looked at
            rest();
            return source.establish(server, tables);
        }
        new Continuity(parts.settings()).checkKind(tx, slot);
        return server.at(slot.confirmed()).position();
    }

    @Override
    public ChangeStream after(Position position) {
        WalPosition stored = WalPosition.of(position);
        WalConnection connection = log().get().connection();
        WalPosition server = connection.identity();
        Continuity continuity = new Continuity(parts.settings());
        continuity.checkHistory(stored, server, parts.seen().history(connection, server));
        Catalog asked = catalog().get();
        // who reads it and what can be read of it come in one answer: what a reader acknowledges while he ends is seen
        // by the check
        Optional<Slot> slot = PostgresChangeSource.awaitFreeSlot(parts.settings(), () -> Slot.find(asked.tx(), slot()));
        continuity.checkPublication(asked.tx(), tables);
        CatalogFacts facts = asked.facts() == null ? CatalogFacts.of(asked.tx(), tables) : asked.facts();
        continuity.checkSlot(asked.tx(), slot, stored);
        parts.seen().database(facts.database());
        return start(server.at(stored.lsn()), facts);
    }

    private ChangeStream start(WalPosition start, CatalogFacts facts) {
        Map<String, String> options = Map.of(
                "proto_version",
                "2",
                "streaming",
                "on",
                "messages",
                "true",
                "publication_names",
                Sql.name(parts.settings().publication()),
                "binary",
                Boolean.toString(facts.binary()));
        WalAccess access = parts.access();
        try {
            Log read = log().get();
            WalConnection connection = read.connection();
            WalReader reader = connection.start(slot(), start.lsn(), options);
            PostgresChangeStream.Watches watches = new PostgresChangeStream.Watches(
                    new Pulse(connection.writer(), pulse(read.patience()), start.lsn(), "tally-pulse-" + slot())
                            .start(),
                    new ServerWatch(
                                    access,
                                    catalog().take().connection(),
                                    parts.settings().heartbeat(),
                                    "tally-watch-" + slot())
                            .start());
            log().take();
            return new PostgresChangeStream(
                    new PostgresChangeStream.Parts(
                            access,
                            connection,
                            reader,
                            watches,
                            parts.settings().spool()),
                    new LogDecoder(new Relations(access.jdbc(), facts.types()), start),
                    start);
        } catch (SQLException e) {
            throw access.failed(
                    e, "reading slot " + slot() + " of " + access.name() + " from " + Lsn.text(start.lsn()));
        } catch (IOException e) {
            throw new UnavailableException(
                    "the connection to " + access.name() + " was lost before its log could be read", e);
        }
    }

    private static Duration pulse(Duration patienceOfServer) {
        Duration third = patienceOfServer.dividedBy(3);
        return third.isZero() || third.compareTo(LONGEST_PULSE) > 0 ? LONGEST_PULSE : third;
    }

    @Override
    public void rest() {
        close();
        log = null;
        catalog = null;
    }

    @Override
    public void close() {
        if (log != null) {
            log.close();
        }
        if (catalog != null) {
            catalog.close();
        }
    }

    private String slot() {
        return parts.settings().slot();
    }

    /** @param patience how long the server waits for a word from us; zero when for ever */
    private record Log(WalConnection connection, Duration patience) implements AutoCloseable {

        static Log open(WalAccess access) {
            WalConnection connection = access.wal();
            try {
                return new Log(connection, connection.patienceOfServer());
            } catch (RuntimeException e) {
                connection.close();
                throw e;
            }
        }

        @Override
        public void close() {
            connection.close();
        }
    }

    /** @param facts null when a table is missing, which is told in its turn: most often something else is wrong then */
    private record Catalog(Connection connection, @Nullable CatalogFacts facts) implements AutoCloseable {

        static Catalog open(WalAccess access, Set<TableName> tables) {
            Connection connection = access.ordinary();
            try {
                return new Catalog(connection, facts(connection, tables));
            } catch (RuntimeException e) {
                Ahead.close(connection);
                throw e;
            }
        }

        private static @Nullable CatalogFacts facts(Connection connection, Set<TableName> tables) {
            try {
                return CatalogFacts.of(Tx.of(connection, Dialect.POSTGRESQL), tables);
            } catch (RejectedException e) {
                return null;
            }
        }

        /** Only asks: each statement by itself. */
        Tx tx() {
            return Tx.of(connection, Dialect.POSTGRESQL);
        }

        @Override
        public void close() {
            Ahead.close(connection);
        }
    }
}
