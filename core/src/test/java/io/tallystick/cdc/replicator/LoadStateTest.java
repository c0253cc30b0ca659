package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import java.util.List;
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
        assertThat(LoadState.forBoth(part, whole)).isEqualTo(whole);
        assertThat(LoadState.forBoth(whole, part)).isEqualTo(whole);
    }

    @Test
    void a_sweep_wanted_by_one_target_is_read_for_both() {
        LoadState plain = state(null, null, key(5), false);
        LoadState sweeping = state(null, null, key(5), true);
        assertThat(LoadState.forBoth(plain, sweeping)).isEqualTo(sweeping);
        assertThat(LoadState.forBoth(sweeping, plain)).isEqualTo(sweeping);
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
        return new LoadedChunk(TABLE.name(), after, List.of(), upTo, to, seen);
    }
}
