package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** A source, its slot and the stream of one test, all gone after it. */
abstract class LogScene {

    /** Long enough for a loaded machine; a test that needs it has failed. */
    static final Duration LONGEST = Duration.ofSeconds(120);

    final TestDatabase db;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Deque<AutoCloseable> sources = new ArrayDeque<>();
    String name = "";

    LogScene(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void nameOfItsOwn(TestInfo test) {
        name = "t_" + Integer.toHexString((db.name() + test.getDisplayName()).hashCode());
    }

    /** Streams first: a slot that is read cannot be dropped. */
    @AfterEach
    void leaveNothing() throws Exception {
        for (Deque<AutoCloseable> part : List.of(open, sources)) {
            while (!part.isEmpty()) {
                part.pop().close();
            }
        }
    }

    PostgresChangeSource source() {
        return source(settings());
    }

    PostgresChangeSource source(SlotSettings settings) {
        return source(db, settings);
    }

    PostgresChangeSource source(TestDatabase server, SlotSettings settings) {
        PostgresChangeSource source = PostgresChangeSource.on(connection(server), settings);
        sources.push(() -> {
            if (server.isRunning()) {
                source.release();
            }
        });
        return source;
    }

    SlotSettings settings() {
        return SlotSettings.named(name).withPatience(Duration.ofSeconds(20)).withHeartbeat(Duration.ofMillis(200));
    }

    /** The database of this test, on this server or on a copy of it. */
    ConnectionSettings connection(TestDatabase server) {
        String url = "jdbc:postgresql://" + server.host() + ":" + server.port() + "/" + db.name();
        return ConnectionSettings.of(url, server.user(), server.password());
    }

    /** A stream over the changes of these tables from now on. */
    ChangeStream stream(String... tables) {
        PostgresChangeSource source = source();
        return stream(source, source.establish(names(tables)), tables);
    }

    ChangeStream stream(PostgresChangeSource source, Position from, String... tables) {
        return track(source.open(names(tables), from));
    }

    <C extends AutoCloseable> C track(C closeable) {
        open.push(closeable);
        return closeable;
    }

    static Set<TableName> names(String... tables) {
        return Arrays.stream(tables)
                .map(table -> new TableName("public", table))
                .collect(Collectors.toSet());
    }

    /** The next whole transaction with changes, its pieces as one. */
    static TransactionPiece next(ChangeStream stream) {
        List<Change> changes = new ArrayList<>();
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (System.nanoTime() < deadline) {
            TransactionPiece piece = stream.poll(Duration.ofMillis(100));
            if (piece != null && !piece.transaction().isEmpty()) {
                changes.addAll(piece.changes());
                if (piece.last()) {
                    return new TransactionPiece(
                            piece.transaction(), piece.position(), piece.at(), piece.origin(), changes, true);
                }
            }
        }
        throw new AssertionError("no transaction came within " + LONGEST);
    }

    /** The only change of the next transaction. */
    static Change only(ChangeStream stream) {
        TransactionPiece transaction = next(stream);
        assertThat(transaction.changes()).hasSize(1);
        return transaction.changes().get(0);
    }

    /** The cells as text; NULL as null, an unchanged one as "…". */
    static List<String> cells(Row row) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            cells.add(row.isUnchanged(i) ? "…" : row.isNull(i) ? null : String.valueOf(row.value(i)));
        }
        return Collections.unmodifiableList(cells);
    }
}
