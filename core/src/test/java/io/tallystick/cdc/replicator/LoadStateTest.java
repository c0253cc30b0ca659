package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What two targets want of one table, and which chunks of it each of them may count. */
class LoadStateTest {

    private static final SourceTable TABLE = Texts.table(new TableName("s", "t"), "n_id", "note");
    private static final SeenRows SEEN = SeenRows.of(TABLE, List.of("n_id"), List.of(), Set.of());

    private final LoadsPassed passed = new LoadsPassed();

    @Test
    void a_part_ordered_at_one_target_does_not_end_the_whole_copy_of_another() {
        LoadState part = state(null, key(9), null, false);
        LoadState whole = state(null, null, null, false);
        assertThat(forBoth(part, whole)).isEqualTo(whole);
        assertThat(forBoth(whole, part)).isEqualTo(whole);
    }

    @Test
    void a_sweep_wanted_by_one_target_is_read_for_both() {
        LoadState plain = state(null, null, key(5), false);
        LoadState sweeping = state(null, null, key(5), true);
        assertThat(forBoth(plain, sweeping)).isEqualTo(sweeping);
        assertThat(forBoth(sweeping, plain)).isEqualTo(sweeping);
    }

    @Test
    void the_last_chunk_of_a_part_is_not_the_last_of_the_whole_table() {
        LoadedChunk last = chunk(key(5), null, key(9), null);
        assertThat(state(null, null, key(5), false).countsWith(last)).isFalse();
        assertThat(state(null, key(8), key(5), false).countsWith(last)).isFalse();
        assertThat(state(null, key(9), key(5), false).countsWith(last)).isTrue();
    }

    @Test
    void the_end_of_the_table_is_the_end_of_every_part() {
        LoadedChunk last = chunk(key(5), null, null, null);
        assertThat(state(null, key(9), key(5), false).endsWith(last)).isTrue();
    }

    @Test
    void a_sweep_does_not_pass_over_a_chunk_that_was_read_without_one() {
        LoadState sweeping = state(null, null, null, true);
        assertThat(sweeping.countsWith(chunk(null, key(5), null, null))).isFalse();
        assertThat(sweeping.countsWith(chunk(null, key(5), null, SEEN))).isTrue();
    }

    @Test
    void a_part_is_not_skipped_by_chunks_from_further_on() {
        LoadState part = state(key(10), key(20), null, false);
        assertThat(passed.leadTo(part, chunk(key(15), key(30), null, null))).isFalse();
        assertThat(passed.leadTo(part, chunk(key(10), key(15), null, null))).isTrue();
        assertThat(passed.leadTo(part, chunk(null, key(15), null, null))).isTrue();
    }

    @Test
    void what_is_read_again_goes_on_where_a_chunk_ended() {
        LoadState before = state(null, null, key(5), false);
        LoadState then = before.after(chunk(key(5), key(7), null, null));
        LoadState now = then.after(chunk(key(7), key(9), null, null));
        passed.moved(before, then);
        passed.moved(then, now);
        assertThat(passed.leadTo(now, chunk(key(5), key(8), null, null))).isTrue();
        assertThat(passed.leadTo(now, chunk(key(7), key(8), null, null))).isTrue();
        assertThat(passed.leadTo(now, chunk(key(8), key(9), null, null))).isFalse();
    }

    @Test
    void an_order_makes_void_what_was_passed() {
        LoadState before = state(null, null, key(5), false);
        LoadState now = before.after(chunk(key(5), key(7), null, null));
        passed.moved(before, now);
        assertThat(passed.leadTo(state(null, null, null, false), chunk(key(7), key(9), null, null)))
                .isFalse();
    }

    @Test
    void a_chunk_whose_commit_was_not_answered_is_known_again() {
        LoadState now = state(null, null, key(7), false);
        assertThat(now.has(chunk(key(5), key(7), null, null))).isTrue();
        assertThat(now.has(chunk(key(5), null, null, null))).isFalse();
    }

    @Test
    void of_two_targets_the_one_that_has_come_less_far_says_where_whole_numbers_go_on() {
        LoadState far = state(null, null, key(100), false);
        LoadState near = state(null, null, key(20), false);
        LoadState nowhere = state(null, null, null, false);
        assertThat(LoadState.forBoth(far, near, () -> Optional.of(KeyOrder.ofNumbers())))
                .isEqualTo(near);
        assertThat(LoadState.forBoth(near, far, () -> Optional.of(KeyOrder.ofNumbers())))
                .isEqualTo(near);
        assertThat(LoadState.forBoth(far, nowhere, () -> Optional.of(KeyOrder.ofNumbers())))
                .isEqualTo(nowhere);
        // "100" is less than "20" where texts are compared
        assertThat(forBoth(far, near)).isEqualTo(nowhere);
    }

    @Test
    void who_has_come_further_passes_over_what_is_there_and_goes_on_behind_it() {
        LoadState far = state(null, null, key(100), false);
        assertThat(passed.leadTo(far, whole(key(20), key(30)))).isTrue();
        assertThat(far.has(whole(key(20), key(30)))).isTrue();
        assertThat(passed.leadTo(far, whole(key(95), key(105)))).isTrue();
        assertThat(far.has(whole(key(95), key(105)))).isFalse();
        assertThat(far.has(whole(key(95), null))).isFalse();
        assertThat(passed.leadTo(far, whole(key(101), key(105)))).isFalse();
        assertThat(passed.leadTo(state(key(50), null, key(100), false), whole(key(20), key(105))))
                .isFalse();
    }

    @Test
    void a_key_that_sorts_as_its_text_is_compared_as_a_text_beside_whole_numbers() {
        KeyOrder order = new KeyOrder(List.of(false, true));
        assertThat(order.isUpTo(List.of("0010", "9"), List.of("02", "1")))
                .as("bytes in hexadecimal are no numbers")
                .isTrue();
        assertThat(order.isUpTo(List.of("02", "100"), List.of("02", "20"))).isFalse();
        assertThat(order.isUpTo(List.of("02", "20"), List.of("02", "20"))).isTrue();
        assertThat(order.isUpTo(null, List.of("02", "20"))).isTrue();
        assertThat(order.isUpTo(List.of("02", "20"), null)).isFalse();
    }

    @Test
    void rows_of_a_copy_that_begins_anew_are_counted_anew() {
        LoadState done = new LoadState(TABLE.name(), null, null, key(7), 2_000, false);
        assertThat(done.after(chunk(null, key(3), null, null)).doneRows()).isZero();
        assertThat(done.after(chunk(key(7), key(9), null, null)).doneRows()).isEqualTo(2_000);
    }

    private static List<String> key(int key) {
        return List.of(String.valueOf(key));
    }

    private static LoadState state(
            @Nullable List<String> from, @Nullable List<String> to, @Nullable List<String> doneTo, boolean sweeps) {
        return new LoadState(TABLE.name(), from, to, doneTo, 0, sweeps);
    }

    private static LoadedChunk chunk(
            @Nullable List<String> after,
            @Nullable List<String> upTo,
            @Nullable List<String> to,
            @Nullable SeenRows seen) {
        return new LoadedChunk(TABLE.name(), after, List.of(), upTo, to, seen, null, new Position("1"));
    }

    private static LoadedChunk whole(@Nullable List<String> after, @Nullable List<String> upTo) {
        return new LoadedChunk(
                TABLE.name(), after, List.of(), upTo, null, null, KeyOrder.ofNumbers(), new Position("1"));
    }

    private static LoadState forBoth(LoadState one, LoadState other) {
        return LoadState.forBoth(one, other, Optional::empty);
    }
}
