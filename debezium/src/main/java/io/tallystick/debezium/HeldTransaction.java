package io.tallystick.debezium;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.jdbc.UnavailableException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The changes of a transaction whose end has not come yet: Debezium tells only there where the transaction stands in the log. The first
 * ones in memory, many in a file that goes away with the process. For one thread.
 */
final class HeldTransaction implements AutoCloseable {

    /** Until here a transaction stays in memory. */
    static final long IN_MEMORY_BYTES = 16L << 20;

    private static final int BUFFER = 256 * 1024;
    private static final int NULL = -1;
    private static final int UNCHANGED = -2;

    private final String id;
    private final long inMemoryBytes;
    private final List<Change> memory = new ArrayList<>();
    private final List<SourceTable> tables = new ArrayList<>();
    private final Map<SourceTable, Integer> places = new IdentityHashMap<>();
    private long weight;
    private long size;
    private long read;
    private @Nullable FileChannel file;
    private @Nullable DataOutputStream out;
    private @Nullable DataInputStream in;

    HeldTransaction(String id, long inMemoryBytes) {
        this.id = id;
        this.inMemoryBytes = inMemoryBytes;
    }

    String id() {
        return id;
    }

    long size() {
        return size;
    }

    boolean isInFile() {
        return file != null;
    }

    void add(Change change) {
        size++;
        weight += change.weight();
        try {
            if (file == null && weight > inMemoryBytes) {
                open();
            }
            if (out == null) {
                memory.add(change);
            } else {
                write(change, out);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    boolean hasNext() {
        return read < size;
    }

    /** The next change, in the order in which they were added; to be called only after the last was added. */
    Change next() {
        long at = read++;
        if (at < memory.size()) {
            return Objects.requireNonNull(memory.set((int) at, null), "a change is read once");
        }
        try {
            if (in == null) {
                Objects.requireNonNull(out, "nothing was added").flush();
                FileChannel channel = Objects.requireNonNull(file).position(0);
                in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), BUFFER));
            }
            return read(in);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void open() throws IOException {
        Path path = Files.createTempFile("tally-", ".spool");
        FileChannel opened = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        // nameless from the first byte on: then not even a killed process leaves it behind
        Files.delete(path);
        file = opened;
        out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(opened), BUFFER));
    }

    private UnavailableException failed(IOException e) {
        return new UnavailableException(
                "transaction " + id + " is too large for memory, and " + System.getProperty("java.io.tmpdir")
                        + " does not take it (" + e.getMessage()
                        + "); make room there, or name another place: -Djava.io.tmpdir=",
                e);
    }

    private void write(Change change, DataOutputStream to) throws IOException {
        to.writeByte(change.operation().ordinal());
        to.writeInt(places.computeIfAbsent(change.table(), table -> {
            tables.add(table);
            return tables.size() - 1;
        }));
        write(change.before(), to);
        write(change.after(), to);
    }

    private static void write(@Nullable Row row, DataOutputStream to) throws IOException {
        to.writeBoolean(row != null);
        if (row == null) {
            return;
        }
        for (int cell = 0; cell < row.size(); cell++) {
            if (row.isNull(cell)) {
                to.writeInt(NULL);
            } else if (row.isUnchanged(cell)) {
                to.writeInt(UNCHANGED);
            } else {
                to.writeInt(row.length(cell));
                to.write(row.bytes(), row.offset(cell), row.length(cell));
            }
        }
    }

    private Change read(DataInputStream from) throws IOException {
        Change.Operation operation = Change.Operation.values()[from.readByte()];
        SourceTable table = tables.get(from.readInt());
        Row before = row(table, from);
        Row after = row(table, from);
        return new Change(operation, table, before, after);
    }

    private static @Nullable Row row(SourceTable table, DataInputStream from) throws IOException {
        if (!from.readBoolean()) {
            return null;
        }
        byte[][] cells = new byte[table.columns().size()][];
        int[] lengths = new int[cells.length];
        int sum = 0;
        for (int i = 0; i < cells.length; i++) {
            lengths[i] = from.readInt();
            if (lengths[i] >= 0) {
                cells[i] = from.readNBytes(lengths[i]);
                sum += lengths[i];
            }
        }
        byte[] bytes = new byte[sum];
        Row.Builder row = Row.over(table, bytes);
        int offset = 0;
        for (int i = 0; i < cells.length; i++) {
            if (lengths[i] == NULL) {
                row.nothing();
            } else if (lengths[i] == UNCHANGED) {
                row.unchanged();
            } else {
                System.arraycopy(cells[i], 0, bytes, offset, lengths[i]);
                row.value(offset, lengths[i]);
                offset += lengths[i];
            }
        }
        return row.build();
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
