package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.Finding;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Chunks of several tables, fetched ahead, and what happens when one of them has to be read again. */
class CopyingTest {

    private static final SourceTable FIRST = Texts.table(new TableName("s", "first"), "n_id", "note");
    private static final SourceTable SECOND = Texts.table(new TableName("s", "second"), "n_id", "note");
    private static final Position READ = new Position("1");

    @Test
    void a_chunk_that_is_read_again_takes_no_other_table_with_it() throws InterruptedException {
        OneRowTables source = new OneRowTables();
        Copying copying = new Copying(source, PipelineSettings.standard(), CdcRuntime.real());
        copying.opens(new Position("0"));
        copying.want(Map.of(FIRST.name(), all(FIRST), SECOND.name(), all(SECOND)), true, (table, since) -> true);
        for (SourceTable table : List.of(FIRST, SECOND)) {
            Change partial = Change.update(null, Texts.row(table, 1, Texts.UNCHANGED));
            copying.note(new TransactionPiece("t", READ, Instant.EPOCH, null, List.of(partial), true));
        }
        Thread thread = CdcRuntime.thread("copying", copying);
        await().until(() -> source.closed.get() == 2);
        List<TableName> copied = new ArrayList<>();
        await().until(() -> {
            Optional<LoadedChunk> chunk = copying.ready(READ);
            chunk.ifPresent(each -> copied.add(each.table()));
            return copied.size() == 2;
        });
        assertThat(copied).containsExactlyInAnyOrder(FIRST.name(), SECOND.name());
        copying.stop();
        thread.join();
    }

    @Test
    void what_was_remembered_before_a_table_was_taken_up_does_not_serve_its_copy() throws InterruptedException {
        Copying copying = new Copying(new OneRowTables(), PipelineSettings.standard(), CdcRuntime.real());
        Map<TableName, LoadState> wanted = Map.of(FIRST.name(), all(FIRST));
        copying.opens(new Position("0"));
        copying.want(wanted, true, (table, since) -> true);
        // another target copies it already when this one takes it up behind the transaction 3
        BiPredicate<TableName, Position> serves = (table, since) -> Integer.parseInt(since.text()) >= 3;
        for (int read = 1; read <= 3; read++) {
            copying.want(wanted, false, serves);
            Position here = new Position("" + read);
            copying.note(new TransactionPiece("t" + read, here, Instant.EPOCH, null, List.of(), true));
        }
        copying.want(wanted, false, serves);
        Thread thread = CdcRuntime.thread("copying", copying);
        List<LoadedChunk> chunks = new ArrayList<>();
        await().until(() -> {
            copying.ready(new Position("3")).ifPresent(chunks::add);
            return !chunks.isEmpty();
        });
        assertThat(chunks.get(0).remembered()).isEqualTo(new Position("3"));
        copying.stop();
        thread.join();
    }

    private static LoadState all(SourceTable table) {
        return new LoadState(table.name(), null, null, null, 0, false);
    }

    /** The first chunk of each table has not seen the log yet, later ones have. */
    private static final class OneRowTables implements ChangeSource {

        private final AtomicInteger closed = new AtomicInteger();
        private final Map<TableName, Integer> reads = new HashMap<>();

        @Override
        public SnapshotReader snapshot() {
            return new SnapshotReader() {
                @Override
                public Chunk read(
                        SourceTable table, @Nullable List<String> after, @Nullable List<String> last, int rows) {
                    boolean sees = reads.merge(table.name(), 1, Integer::sum) > 1;
                    return new Chunk(List.of(Texts.row(table, 1, "x")), null, new Seen(sees));
                }

                @Override
                public Outset outset(Position read) {
                    return new Outset() {};
                }

                @Override
                public long estimatedRows(TableName table) {
                    return 1;
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }

        private record Seen(boolean all) implements SnapshotReader.Watermark {
            @Override
            public boolean saw(TransactionPiece piece) {
                return all;
            }

            @Override
            public Position high() {
                return READ;
            }

            @Override
            public boolean passed(SnapshotReader.Outset outset) {
                return true;
            }
        }

        @Override
        public List<SourceTable> describe(Set<TableName> tables) {
            return tables.contains(FIRST.name()) ? List.of(FIRST) : List.of(SECOND);
        }

        @Override
        public boolean covers(Position position, Position other) {
            return true;
        }

        @Override
        public String name() {
            return "one row each";
        }

        @Override
        public List<Finding> examine(Set<TableName> tables) {
            return List.of();
        }

        @Override
        public Position establish(Set<TableName> tables) {
            return READ;
        }

        @Override
        public ChangeStream open(Set<TableName> tables, Position after) {
            throw new UnsupportedOperationException("only copied here");
        }

        @Override
        public void release() {
            closed.set(0);
        }

        @Override
        public void close() {
            release();
        }
    }
}
