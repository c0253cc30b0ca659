package io.tallystick.cdc.spool;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.replicator.PlainType;
import io.tallystick.disk.Disk;
import io.tallystick.disk.FileDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A log whose n-th transaction has the position n and a few changes, in one to three pieces, and what a spool has of it. */
final class SpoolScene {

    static final TableName LEDGER = new TableName("public", "ledger");
    static final SourceTable TABLE = table("note");
    private static final SourceTable WIDER = table("text");

    private SpoolScene() {}

    private static SourceTable table(String last) {
        PlainType number = new PlainType(ValueKind.INTEGER, "bigint");
        PlainType text = new PlainType(ValueKind.TEXT, "text");
        return new SourceTable(
                LEDGER,
                List.of(
                        new SourceColumn("id", number, true),
                        new SourceColumn("amount", number, false),
                        new SourceColumn(last, text, false)));
    }

    static DiskSpool open(Path directory) {
        return DiskSpool.open(settings(directory), "ledger", Set.of(LEDGER), new PlainTypes());
    }

    /** Without waiting for the disk. */
    static DiskSpool quick(Path directory) {
        try {
            return open(directory, new FaultyDisk(FileDisk.in(directory)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DiskSpool open(Path directory, Disk disk) {
        try {
            return DiskSpool.open(
                    settings(directory), disk, new PlainTypes(), Owner.of("ledger", Set.of(LEDGER), Set.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SpoolSettings settings(Path directory) {
        return SpoolSettings.in(directory).withLimitBytes(1 << 20);
    }

    static Position at(int number) {
        return new Position("" + number);
    }

    static int number(Position position) {
        return Integer.parseInt(position.text());
    }

    /** The pieces of a transaction: every third has three, and every seventh meets a table with another column. */
    static List<TransactionPiece> transaction(int number, int width) {
        List<TransactionPiece> pieces = new ArrayList<>();
        int parts = number % 3 == 0 ? 3 : 1;
        for (int part = 1; part <= parts; part++) {
            SourceTable table = number % 7 == 0 ? WIDER : TABLE;
            List<Change> changes = List.of(
                    Change.insert(row(table, number, "a" + part, "x".repeat(width))),
                    Change.update(row(table, number, null, null), row(table, number + 1000, "b", "")),
                    Change.delete(row(table, number, null, null)));
            pieces.add(new TransactionPiece(
                    "t" + number,
                    at(number),
                    Instant.ofEpochSecond(number, 7),
                    number % 2 == 0 ? null : "elsewhere",
                    number == 5 ? List.of(Change.truncate(table)) : changes,
                    part == parts));
        }
        return pieces;
    }

    /** Of the cells a null is NULL, and an empty text one that the log left out. */
    private static Row row(SourceTable table, long id, String amount, String note) {
        byte[] bytes = (">" + id + amount + note).getBytes(StandardCharsets.UTF_8);
        int numbers = ("" + id).length();
        Row.Builder row = Row.over(table, bytes).text(1, numbers);
        row = amount == null ? row.nothing() : row.value(1 + numbers, amount.length());
        if (note == null) {
            row.nothing();
        } else if (note.isEmpty()) {
            row.unchanged();
        } else {
            row.text(1 + numbers + amount.length(), note.length());
        }
        return row.build();
    }

    static boolean append(PieceSpool spool, int number, int width) {
        for (TransactionPiece piece : transaction(number, width)) {
            if (!spool.append(piece)) {
                return false;
            }
        }
        return true;
    }

    /** The numbers of the whole transactions that can be read, each compared with what was written. */
    static List<Integer> read(PieceSpool spool, int after, int width) {
        List<Integer> numbers = new ArrayList<>();
        List<TransactionPiece> begun = new ArrayList<>();
        try (PieceSpool.Reading reading = spool.read(place -> number(place) <= after)) {
            for (TransactionPiece piece = reading.next(); piece != null; piece = reading.next()) {
                begun.add(piece);
                if (piece.last()) {
                    int number = number(piece.position());
                    if (!texts(begun).equals(texts(transaction(number, width)))) {
                        throw new AssertionError("transaction " + number + " was read as " + texts(begun)
                                + ", expected " + texts(transaction(number, width)));
                    }
                    if (number > after) {
                        numbers.add(number);
                    }
                    begun.clear();
                }
            }
        }
        return numbers;
    }

    private static List<String> texts(List<TransactionPiece> pieces) {
        return pieces.stream().map(SpoolScene::text).toList();
    }

    private static String text(TransactionPiece piece) {
        StringBuilder text = new StringBuilder();
        text.append(piece.transaction())
                .append(piece.position())
                .append(piece.at())
                .append(piece.origin());
        for (Change change : piece.changes()) {
            text.append(change.operation()).append(change.table());
            cells(change.before(), text);
            cells(change.after(), text);
        }
        return text.append(piece.last()).toString();
    }

    private static void cells(Row row, StringBuilder text) {
        if (row == null) {
            text.append(" none");
            return;
        }
        for (int cell = 0; cell < row.size(); cell++) {
            text.append('|').append(row.isText(cell));
            if (row.isNull(cell)) {
                text.append("NULL");
            } else if (row.isUnchanged(cell)) {
                text.append("UNCHANGED");
            } else {
                text.append(new String(row.bytes(), row.offset(cell), row.length(cell), StandardCharsets.UTF_8));
            }
        }
    }
}
