package io.tallystick.cdc.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.cdc.query.QuerySettings.Deletes;
import io.tallystick.cdc.query.QuerySettings.Overlap;
import io.tallystick.cdc.query.QuerySettings.Watched;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A table that is asked for changes, and what came out, as short lines: {@code PUT 1,one}. The database's clock can be set. */
final class QueryScene implements AutoCloseable {

    private static final Duration LONG = Duration.ofSeconds(120);

    final TableName table;
    private final Shifted database;
    private QuerySettings settings;
    private @Nullable QueryChangeSource source;
    private @Nullable ChangeStream stream;
    private @Nullable Position position;

    QueryScene(DataSource dataSource, TableName table, String changeColumn) {
        this.table = table;
        this.database = new Shifted(dataSource);
        this.settings = QuerySettings.of(
                        List.of(new Watched(table, changeColumn, List.of(), new Overlap(Duration.ofSeconds(30), 100))))
                .withEvery(Duration.ofMillis(10));
    }

    QueryScene withDeletes(Path memory) {
        settings = settings.withDeletes(new Deletes(Duration.ofMillis(10), memory));
        return this;
    }

    /** A source that begins now. */
    QueryScene begin() {
        position = source().establish(Set.of(table));
        return this;
    }

    QueryChangeSource source() {
        if (source == null) {
            source = new QueryChangeSource(database, settings, QueryRuntime.real());
        }
        return source;
    }

    Position position() {
        return Objects.requireNonNull(position, "begin first");
    }

    void goOnAfter(Position other) {
        restart();
        position = other;
    }

    /** As if the process had died: nothing is left but the position, and what stands in files. */
    void restart() {
        close();
        source = null;
    }

    void setClock(Duration shift) {
        database.shift = shift;
    }

    /** What the database's clock says, without a zone, in UTC. */
    LocalDateTime now() {
        Instant clock = database.visit("looking at the clock", database::clock);
        return LocalDateTime.ofInstant(clock, ZoneOffset.UTC);
    }

    ChangeStream stream() {
        if (stream == null) {
            stream = source().open(Set.of(table), position());
        }
        return stream;
    }

    /** What a question finds that is asked now, and whatever was found before. */
    List<String> rest() {
        List<String> lines = new ArrayList<>();
        restOf().forEach(piece -> piece.changes().forEach(change -> lines.add(line(change))));
        return lines;
    }

    List<TransactionPiece> restOf() {
        ChangeStream open = stream();
        long wanted = source().stamps().next();
        source().wishes().upTo(wanted);
        List<TransactionPiece> pieces = new ArrayList<>();
        long deadline = System.nanoTime() + LONG.toNanos();
        while (QueryPosition.parse(position()).stamp() < wanted || isUnderWay()) {
            assertThat(System.nanoTime()).as("still at %s", position()).isLessThan(deadline);
            next(open, pieces);
        }
        return pieces;
    }

    private boolean isUnderWay() {
        return position().text().contains("@");
    }

    /** Only so many pieces, wherever that ends; the position is that of the last whole transaction. */
    List<TransactionPiece> pieces(int count) {
        List<TransactionPiece> pieces = new ArrayList<>();
        while (pieces.size() < count) {
            next(stream(), pieces);
        }
        return pieces;
    }

    private void next(ChangeStream open, List<TransactionPiece> pieces) {
        TransactionPiece piece = open.poll(Duration.ofMillis(50));
        if (piece != null) {
            pieces.add(piece);
            position = piece.last() ? piece.position() : position;
        }
    }

    /** Polls until a line is there that begins so; returns all lines up to then. */
    List<String> until(String beginning) {
        List<String> lines = new ArrayList<>();
        long deadline = System.nanoTime() + LONG.toNanos();
        while (lines.stream().noneMatch(line -> line.startsWith(beginning))) {
            assertThat(System.nanoTime())
                    .as("waiting for %s after %s", beginning, lines)
                    .isLessThan(deadline);
            List<TransactionPiece> pieces = new ArrayList<>();
            next(stream(), pieces);
            pieces.forEach(piece -> piece.changes().forEach(change -> lines.add(line(change))));
        }
        return lines;
    }

    static String line(Change change) {
        return change.operation() + " " + cells(Objects.requireNonNull(change.named()));
    }

    /** The first two columns. */
    private static String cells(Row row) {
        return row.value(0) + (row.isNull(1) ? "" : "," + row.value(1));
    }

    @Override
    public void close() {
        if (stream != null) {
            stream.close();
            stream = null;
        }
        if (source != null) {
            source.close();
        }
    }

    /** A database whose clock goes wrong. */
    private static final class Shifted extends QueryDatabase {

        private volatile Duration shift = Duration.ZERO;

        Shifted(DataSource dataSource) {
            super(dataSource, "the source");
        }

        @Override
        Instant clock(Connection connection, TargetDialect dialect) throws SQLException {
            return super.clock(connection, dialect).plus(shift);
        }
    }
}
