package io.tallystick.mysql.cdc;

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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A source and what comes out of its log, as short lines of text: {@code INSERT t 1,one}, an unchanged cell as {@code ~}. */
final class BinlogScene implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(120);

    final BinlogChangeSource source;
    final Set<TableName> tables = new LinkedHashSet<>();
    private @Nullable ChangeStream stream;
    private Position position;

    private BinlogScene(TestDatabase db, String url, boolean placed, String... tables) {
        this.source = new BinlogChangeSource(
                ConnectionSettings.of(url, db.user(), db.password()), InstantSource.system(), new Random());
        for (String table : tables) {
            this.tables.add(new TableName(db.name(), table));
        }
        this.position = placed ? source.establish(this.tables) : new Position("none");
    }

    /** A pipeline for these tables that begins now. */
    static BinlogScene of(TestDatabase db, String... tables) {
        return new BinlogScene(db, db.url(), true, tables);
    }

    /** A source without a position: finding one waits for what is prepared. */
    static BinlogScene unplaced(TestDatabase db, String... tables) {
        return new BinlogScene(db, db.url(), false, tables);
    }

    /** By way of another address, a proxy's. */
    static BinlogScene through(TestDatabase db, String url, String... tables) {
        return new BinlogScene(db, url, true, tables);
    }

    void beginAt(Position beginning) {
        position = beginning;
    }

    Position position() {
        return position;
    }

    ChangeStream open() {
        close();
        stream = source.open(tables, position);
        return stream;
    }

    /** The next piece that has changes, or that ends a transaction which had; progress alone only moves the position. */
    TransactionPiece next() {
        return nextOf(stream == null ? open() : stream);
    }

    TransactionPiece nextOf(ChangeStream stream) {
        long end = System.nanoTime() + LONG.toNanos();
        while (System.nanoTime() < end) {
            TransactionPiece piece = stream.poll(Duration.ofMillis(200));
            if (piece != null && piece.last()) {
                position = piece.position();
            }
            if (piece != null && !piece.transaction().isEmpty()) {
                return piece;
            }
        }
        throw new AssertionError("nothing came within " + LONG);
    }

    /** Polls until the position covers what the server has now; returns the changes that came. */
    List<String> rest() {
        List<String> lines = new ArrayList<>();
        restOf().forEach(piece -> piece.changes().forEach(change -> lines.add(line(change))));
        return lines;
    }

    List<TransactionPiece> restOf() {
        Position end = source.now();
        List<TransactionPiece> pieces = new ArrayList<>();
        ChangeStream open = stream == null ? open() : stream;
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!source.covers(position, end)) {
            assertThat(System.nanoTime())
                    .as("still at %s, waiting for %s, so far %s pieces", position, end, pieces.size())
                    .isLessThan(deadline);
            TransactionPiece piece = open.poll(Duration.ofMillis(200));
            if (piece != null) {
                pieces.add(piece);
                moveTo(piece);
            }
        }
        return pieces;
    }

    void moveTo(TransactionPiece piece) {
        position = piece.last() ? piece.position() : position;
    }

    static String line(Change change) {
        String table = change.operation() + " " + change.table().name().table();
        return switch (change.operation()) {
            case INSERT, PUT -> table + " " + cells(change.after());
            case DELETE -> table + " " + cells(change.before());
            case UPDATE -> table + " " + cells(change.before()) + " -> " + cells(change.after());
            case TRUNCATE -> table;
        };
    }

    private static String cells(@Nullable Row row) {
        Objects.requireNonNull(row, "a row image");
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            cells.add(row.isUnchanged(i) ? "~" : String.valueOf(row.value(i)));
        }
        return String.join(",", cells);
    }

    @Override
    public void close() {
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }
}
