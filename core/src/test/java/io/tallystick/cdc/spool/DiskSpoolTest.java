package io.tallystick.cdc.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tallystick.cdc.PieceSpool.Range;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.disk.FileDisk;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was forced is there afterwards, whole and in order, whatever became of the file's end. */
class DiskSpoolTest {

    @TempDir
    private Path folder;

    @Test
    void what_was_forced_is_read_again_after_a_restart_with_every_cell() {
        try (DiskSpool spool = SpoolScene.open(folder)) {
            spool.begin(SpoolScene.at(10));
            appended(spool, 11, 40);
            assertThat(spool.range()).isEqualTo(new Range(SpoolScene.at(10), SpoolScene.at(10)));
            spool.force();
            assertThat(SpoolScene.read(spool, 10, 9)).isEqualTo(numbers(11, 40));
        }
        try (DiskSpool spool = SpoolScene.open(folder)) {
            assertThat(spool.range()).isEqualTo(new Range(SpoolScene.at(10), SpoolScene.at(40)));
            appended(spool, 41, 50);
            spool.force();
            assertThat(SpoolScene.read(spool, 10, 9)).isEqualTo(numbers(11, 50));
        }
    }

    @Test
    void a_transaction_that_fills_the_spool_alone_is_forgotten_when_everybody_has_it() {
        try (DiskSpool spool = SpoolScene.quick(folder)) {
            spool.begin(SpoolScene.at(0));
            assertThat(SpoolScene.append(spool, 1, 1_100_000)).isTrue();
            assertThat(SpoolScene.append(spool, 2, 9)).isFalse();
            spool.forget(place -> SpoolScene.number(place) <= 1);
            assertThat(SpoolScene.append(spool, 2, 9)).isTrue();
            spool.force();
            assertThat(SpoolScene.read(spool, 1, 9)).containsExactly(2);
        }
    }

    @Test
    void a_file_torn_anywhere_ends_with_the_last_whole_transaction_before() throws IOException {
        List<Long> ends = new ArrayList<>();
        try (DiskSpool spool = SpoolScene.quick(folder)) {
            spool.begin(SpoolScene.at(0));
            ends.add(spool.bytes());
            for (int number = 1; number <= 9; number++) {
                SpoolScene.append(spool, number, 9);
                ends.add(spool.bytes());
            }
            spool.force();
        }
        Path segment = segments().get(0);
        byte[] whole = Files.readAllBytes(segment);
        for (int length = Math.toIntExact(ends.get(0)); length <= whole.length; length += 3) {
            Files.write(segment, java.util.Arrays.copyOf(whole, length));
            int torn = length;
            int last = (int) ends.stream().filter(end -> end <= torn).count() - 1;
            try (DiskSpool spool = SpoolScene.quick(folder)) {
                assertThat(spool.range())
                        .as("torn at byte %s", length)
                        .isEqualTo(new Range(SpoolScene.at(0), SpoolScene.at(last)));
                assertThat(SpoolScene.read(spool, 0, 9)).isEqualTo(numbers(1, last));
                appended(spool, last + 1, 12);
                spool.force();
                assertThat(SpoolScene.read(spool, 0, 9)).isEqualTo(numbers(1, 12));
            }
            segments().forEach(DiskSpoolTest::delete);
        }
    }

    @Test
    void a_flipped_bit_is_found_and_never_read_as_a_change() throws IOException {
        try (DiskSpool spool = SpoolScene.quick(folder)) {
            spool.begin(SpoolScene.at(0));
            appended(spool, 1, 6);
            spool.force();
            SpoolScene.append(spool, 7, 200_000);
            SpoolScene.append(spool, 8, 9);
            spool.force();
        }
        assertThat(segments()).hasSize(2);
        Path first = segments().get(0);
        byte[] sound = Files.readAllBytes(first);
        byte[] second = Files.readAllBytes(segments().get(1));
        for (int at = 0; at < sound.length; at += at < 1500 ? 3 : 10_007) {
            byte[] flipped = sound.clone();
            flipped[at] ^= (byte) (1 << at % 8);
            Files.write(first, flipped);
            try (DiskSpool spool = SpoolScene.quick(folder)) {
                if (spool.range() != null) {
                    assertThat(catchThrowable(() -> SpoolScene.read(spool, 0, 9)))
                            .as("flipped at byte %s", at)
                            .isInstanceOf(CorruptionException.class)
                            .hasMessageContaining(first.getFileName().toString());
                    spool.inspect();
                }
                int last = spool.range() == null
                        ? 0
                        : SpoolScene.number(spool.range().upTo());
                assertThat(last).isLessThan(7);
                assertThat(spool.range() == null ? List.of() : SpoolScene.read(spool, 0, 9))
                        .isEqualTo(numbers(1, last));
            }
            segments().forEach(DiskSpoolTest::delete);
            Files.write(folder.resolve(Segment.name(2)), second);
        }
    }

    @Test
    void whatever_fails_what_was_forced_stays_and_the_rest_can_be_written_again() throws IOException {
        long changes = 0;
        for (long good = 0; good <= changes; good += 1) {
            Path directory = folder.resolve("d" + good);
            FaultyDisk disk = new FaultyDisk(FileDisk.in(directory));
            int durable = 0;
            int last = 30;
            try (DiskSpool spool = SpoolScene.open(directory, disk)) {
                disk.failAfter(good);
                try {
                    durable = written(spool, last);
                } catch (UnavailableException failed) {
                    assertThat(failed).hasMessageContaining("No space left").hasMessageContaining(directory.toString());
                    durable = spool.range() == null
                            ? -1
                            : SpoolScene.number(spool.range().upTo());
                }
                changes = Math.max(changes, disk.changes());
                disk.heal();
                if (durable >= 0) {
                    assertThat(SpoolScene.read(spool, 0, 20_000)).isEqualTo(numbers(1, durable));
                    spool.dropUnfinished();
                    for (int number = durable + 1; number <= last; number++) {
                        SpoolScene.append(spool, number, 20_000);
                        spool.force();
                    }
                    assertThat(SpoolScene.read(spool, 0, 20_000)).isEqualTo(numbers(1, last));
                }
            }
            try (DiskSpool spool = SpoolScene.quick(directory)) {
                if (durable >= 0) {
                    assertThat(SpoolScene.read(spool, 0, 20_000)).isEqualTo(numbers(1, last));
                }
            }
        }
        assertThat(changes).isGreaterThan(50);
    }

    @Test
    void a_process_that_dies_at_any_write_leaves_what_was_forced() throws IOException {
        long changes = 0;
        for (long good = 0; good <= changes; good += 1) {
            Path directory = folder.resolve("k" + good);
            FaultyDisk disk = new FaultyDisk(FileDisk.in(directory));
            int durable = -1;
            try (DiskSpool spool = SpoolScene.open(directory, disk)) {
                disk.failAfter(good);
                try {
                    written(spool, 25);
                } catch (UnavailableException failed) {
                    assertThat(failed).hasMessageContaining("No space left");
                }
                durable = spool.range() == null
                        ? -1
                        : SpoolScene.number(spool.range().upTo());
                changes = Math.max(changes, disk.changes());
                // closed without another write, as by a kill
            }
            try (DiskSpool spool = SpoolScene.quick(directory)) {
                int last = spool.range() == null
                        ? -1
                        : SpoolScene.number(spool.range().upTo());
                assertThat(last).as("after %s changes", good).isGreaterThanOrEqualTo(durable);
                if (last >= 0) {
                    assertThat(SpoolScene.read(spool, 0, 20_000)).isEqualTo(numbers(1, last));
                }
            }
        }
    }

    /** Small transactions and forces in between; the last that is durable. */
    private static int written(DiskSpool spool, int last) {
        spool.begin(SpoolScene.at(0));
        for (int number = 1; number <= last; number++) {
            SpoolScene.append(spool, number, 20_000);
            if (number % 4 == 0) {
                spool.force();
            }
        }
        spool.force();
        return last;
    }

    @Test
    void a_transaction_without_an_end_is_dropped_and_comes_again() {
        try (DiskSpool spool = SpoolScene.open(folder)) {
            spool.begin(SpoolScene.at(0));
            appended(spool, 1, 2);
            spool.append(SpoolScene.transaction(3, 9).get(0));
            spool.force();
            assertThat(spool.range()).isEqualTo(new Range(SpoolScene.at(0), SpoolScene.at(2)));
            spool.append(SpoolScene.transaction(3, 9).get(1));
            spool.dropUnfinished();
            appended(spool, 3, 5);
            spool.force();
            assertThat(SpoolScene.read(spool, 0, 9)).isEqualTo(numbers(1, 5));
        }
        try (DiskSpool spool = SpoolScene.open(folder)) {
            assertThat(SpoolScene.read(spool, 0, 9)).isEqualTo(numbers(1, 5));
        }
    }

    @Test
    void a_full_spool_takes_no_further_transaction_until_the_oldest_is_forgotten() {
        try (DiskSpool spool = SpoolScene.open(folder)) {
            spool.begin(SpoolScene.at(0));
            int number = 1;
            while (SpoolScene.append(spool, number, 20_000)) {
                number++;
            }
            int refused = number;
            assertThat(spool.bytes()).isBetween(1L << 20, (1L << 20) + 100_000);
            assertThat(SpoolScene.append(spool, refused, 20_000)).isFalse();
            spool.force();
            spool.forget(place -> SpoolScene.number(place) <= refused / 2);
            assertThat(SpoolScene.append(spool, refused, 20_000)).isTrue();
            spool.force();
            assertThat(SpoolScene.number(spool.range().after())).isBetween(1, refused / 2);
            assertThat(SpoolScene.read(spool, refused / 2, 20_000)).isEqualTo(numbers(refused / 2 + 1, refused));
            spool.clear();
            assertThat(spool.bytes()).isZero();
            assertThat(spool.range()).isNull();
        }
    }

    @Test
    void what_only_says_how_far_the_log_was_read_moves_the_end_and_takes_next_to_nothing() {
        try (DiskSpool spool = SpoolScene.open(folder)) {
            spool.begin(SpoolScene.at(0));
            appended(spool, 1, 1);
            spool.force();
            long before = spool.bytes();
            for (int number = 2; number < 1000; number++) {
                spool.append(TransactionPiece.progress(SpoolScene.at(number), Instant.EPOCH));
            }
            spool.force();
            assertThat(spool.range().upTo()).isEqualTo(SpoolScene.at(999));
            assertThat(spool.bytes() - before).isLessThan(100);
        }
    }

    @Test
    void a_reader_follows_the_writer_from_segment_to_segment_and_sees_only_what_is_durable() {
        try (DiskSpool spool = SpoolScene.open(folder)) {
            spool.begin(SpoolScene.at(0));
            int seen = 0;
            try (var reading = spool.read(place -> SpoolScene.number(place) <= 0)) {
                for (int number = 1; number <= 30; number++) {
                    SpoolScene.append(spool, number, 20_000);
                    spool.force();
                    for (TransactionPiece piece = reading.next(); piece != null; piece = reading.next()) {
                        seen += piece.last() ? 1 : 0;
                    }
                    assertThat(seen).isEqualTo(number);
                    assertThat(reading.behindBytes()).isZero();
                }
                assertThat(segmentNames()).hasSizeGreaterThan(3);
            }
        }
    }

    @Test
    void one_pipeline_at_a_time_and_only_the_one_it_belongs_to() {
        try (DiskSpool spool = SpoolScene.open(folder)) {
            assertThatThrownBy(() -> SpoolScene.open(folder))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("in use");
            spool.begin(SpoolScene.at(0));
            spool.targets(Set.of("mail"));
            appended(spool, 1, 1);
            spool.force();
        }
        assertThatThrownBy(() -> open("other", SpoolScene.LEDGER))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("belongs to pipeline ledger");
        assertThatThrownBy(() -> open("ledger", new TableName("public", "account")))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("public.ledger")
                .hasMessageContaining("public.account");
        try (DiskSpool spool = SpoolScene.open(folder)) {
            assertThat(spool.targets()).containsExactly("mail");
        }
    }

    @Test
    void nobody_but_the_owner_can_read_it() throws IOException {
        Path directory = folder.resolve("of/its/own");
        try (DiskSpool spool = SpoolScene.open(directory)) {
            spool.begin(SpoolScene.at(0));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.filter(file -> !file.endsWith("lock")).toList())
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    private void open(String pipeline, TableName table) {
        DiskSpool.open(SpoolScene.settings(folder), pipeline, Set.of(table), new PlainTypes())
                .close();
    }

    private static void appended(DiskSpool spool, int first, int last) {
        for (int number = first; number <= last; number++) {
            assertThat(SpoolScene.append(spool, number, 9)).isTrue();
        }
    }

    private static List<Integer> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    private List<String> segmentNames() {
        return segments().stream().map(file -> file.getFileName().toString()).toList();
    }

    private List<Path> segments() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> Segment.isName(file.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
