package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Few statements, the same end: what becomes of a group of changes when it is made in another order. */
class CoalescerTest {

    private static final SourceTable SOURCE = Texts.table(new TableName("s", "t"), "n_id", "amount", "note");
    private static final int[] FROM = {0, 1, 2};
    private static final TargetTable PARENT = table("parent", Set.of(), false);
    private static final TargetTable CHILD = table("child", Set.of(PARENT.name()), false);
    private static final TargetTable WATCHED = table("watched", Set.of(), true);

    static IntStream seeds() {
        return IntStream.rangeClosed(1, 300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void the_runs_lead_to_what_the_changes_lead_to(int seed) {
        Map<TargetTable, TreeMap<Object, List<Object>>> oneByOne = new HashMap<>();
        List<TargetChange> changes = history(new SplittableRandom(seed), oneByOne);
        Map<TargetTable, TreeMap<Object, List<Object>>> byRuns = new HashMap<>();
        for (Run run : Coalescer.plan(changes)) {
            assertThat(run.changes().stream().map(Shape::of).distinct())
                    .as("one statement")
                    .hasSizeLessThanOrEqualTo(1);
            run.changes().forEach(change -> make(byRuns, change));
        }
        assertThat(byRuns).isEqualTo(oneByOne);
        Map<TargetTable, TreeMap<Object, List<Object>>> inOrder = new HashMap<>();
        SourceOrder.plan(changes).forEach(run -> run.changes().forEach(change -> make(inOrder, change)));
        assertThat(inOrder).isEqualTo(oneByOne);
    }

    @Test
    void a_row_that_comes_and_goes_in_one_group_costs_nothing() {
        assertThat(Coalescer.plan(List.of(insert(PARENT, 1, "a"), update(PARENT, 1, "b"), delete(PARENT, 1))))
                .isEmpty();
    }

    @Test
    void updates_of_a_row_become_one_with_the_last_values() {
        List<Run> runs =
                Coalescer.plan(List.of(update(PARENT, 1, "a"), update(PARENT, 1, "b"), update(PARENT, 2, "c")));
        assertThat(runs).singleElement().satisfies(run -> {
            assertThat(run.verb()).isEqualTo(Verb.UPDATE);
            assertThat(run.changes()).hasSize(2);
        });
    }

    @Test
    void parents_come_before_their_children_and_go_after_them() {
        List<Run> runs = Coalescer.plan(List.of(
                insert(CHILD, 1, "child of a parent that comes later in the log"),
                insert(PARENT, 1, "parent"),
                delete(PARENT, 9),
                delete(CHILD, 9)));
        assertThat(runs)
                .extracting(run -> run.verb() + " " + run.table().name().table())
                .containsExactly("INSERT parent", "INSERT child", "DELETE child", "DELETE parent");
    }

    @Test
    void nothing_moves_past_an_emptied_table_or_a_moved_key() {
        TargetChange moved = new TargetChange(PARENT, Verb.UPDATE, row(1, "a"), row(2, "a"));
        List<Run> runs = Coalescer.plan(List.of(
                insert(PARENT, 1, "a"),
                moved,
                insert(PARENT, 1, "another"),
                new TargetChange(PARENT, Verb.TRUNCATE, null, null),
                insert(PARENT, 3, "c")));
        assertThat(runs)
                .extracting(Run::verb)
                .containsExactly(Verb.INSERT, Verb.UPDATE, Verb.INSERT, Verb.TRUNCATE, Verb.INSERT);
    }

    @Test
    void children_that_went_with_their_parent_are_not_put_behind_one_that_comes_again() {
        List<Run> runs =
                Coalescer.plan(List.of(insert(CHILD, 1, "of parent 1"), delete(PARENT, 1), insert(PARENT, 1, "again")));
        assertThat(runs)
                .extracting(run -> run.verb() + " " + run.table().name().table())
                .containsExactly("INSERT child", "DELETE parent", "INSERT parent");
    }

    @Test
    void an_update_that_may_find_no_row_does_not_stand_for_the_row() {
        TargetChange ifAbsent = new TargetChange(PARENT, Verb.INSERT_IF_ABSENT, null, row(1, "b"));
        assertThat(Coalescer.plan(List.of(update(PARENT, 1, "a"), ifAbsent)))
                .extracting(Run::verb)
                .containsExactly(Verb.UPDATE, Verb.INSERT_IF_ABSENT);
    }

    @Test
    void tables_that_are_emptied_together_are_emptied_from_the_children_up() {
        assertThat(Coalescer.plan(List.of(
                        insert(CHILD, 1, "a"),
                        new TargetChange(PARENT, Verb.TRUNCATE, null, null),
                        new TargetChange(CHILD, Verb.TRUNCATE, null, null),
                        insert(PARENT, 1, "b"))))
                .extracting(run -> run.verb() + " " + run.table().name().table())
                .containsExactly("INSERT child", "TRUNCATE child", "TRUNCATE parent", "INSERT parent");
    }

    @Test
    void a_table_that_notices_the_order_keeps_it() {
        List<Run> runs = Coalescer.plan(
                List.of(insert(WATCHED, 1, "a"), delete(WATCHED, 1), insert(WATCHED, 1, "b"), insert(WATCHED, 2, "c")));
        assertThat(runs).extracting(Run::verb).containsExactly(Verb.INSERT, Verb.DELETE, Verb.INSERT);
    }

    private static List<TargetChange> history(
            SplittableRandom random, Map<TargetTable, TreeMap<Object, List<Object>>> model) {
        List<TargetChange> changes = new ArrayList<>();
        TargetTable[] tables = {PARENT, CHILD, WATCHED};
        for (int i = 0; i < 60; i++) {
            TargetTable table = tables[random.nextInt(tables.length)];
            TreeMap<Object, List<Object>> rows = model.computeIfAbsent(table, each -> new TreeMap<>());
            TargetChange change = random(random, table, rows, random.nextInt(8));
            make(model, change);
            changes.add(change);
        }
        return changes;
    }

    private static TargetChange random(
            SplittableRandom random, TargetTable table, TreeMap<Object, List<Object>> rows, long id) {
        String value = "v" + random.nextInt(100);
        boolean there = rows.containsKey(id);
        int kind = random.nextInt(20);
        if (kind == 0) {
            return new TargetChange(table, Verb.TRUNCATE, null, null);
        }
        if (kind < 4) {
            return new TargetChange(table, Verb.INSERT_IF_ABSENT, null, row(id, value));
        }
        if (kind < 7) {
            return new TargetChange(table, Verb.UPSERT, null, row(id, value));
        }
        if (kind < 10) {
            return delete(table, id);
        }
        if (!there) {
            return insert(table, id, value);
        }
        long free = 100 + random.nextInt(1000);
        if (kind < 12 && !rows.containsKey(free)) {
            return new TargetChange(table, Verb.UPDATE, row(id, "old"), partial(free, value));
        }
        return kind < 16 ? new TargetChange(table, Verb.UPDATE, null, partial(id, value)) : update(table, id, value);
    }

    private static void make(Map<TargetTable, TreeMap<Object, List<Object>>> tables, TargetChange change) {
        TreeMap<Object, List<Object>> rows = tables.computeIfAbsent(change.table(), each -> new TreeMap<>());
        if (change.verb() == Verb.TRUNCATE) {
            rows.clear();
            return;
        }
        TargetRow row = change.row();
        Object key = Objects.requireNonNull(change.key() == null ? row : change.key())
                .value(0);
        switch (change.verb()) {
            case INSERT ->
                assertThat(rows.put(key, cells(row, null)))
                        .as("nobody inserts twice")
                        .isNull();
            case UPSERT -> rows.put(key, cells(row, rows.get(key)));
            case INSERT_IF_ABSENT -> rows.putIfAbsent(key, cells(row, null));
            case DELETE -> rows.remove(key);
            default -> {
                List<Object> old = rows.remove(key);
                if (old != null) {
                    rows.put(row.value(0), cells(row, old));
                }
            }
        }
    }

    private static List<Object> cells(TargetRow row, List<Object> old) {
        List<Object> cells = new ArrayList<>();
        for (int cell = 0; cell < row.size(); cell++) {
            cells.add(row.isUnchanged(cell) ? old.get(cell) : row.value(cell));
        }
        return cells;
    }

    private static TargetChange insert(TargetTable table, long id, String value) {
        return new TargetChange(table, Verb.INSERT, null, row(id, value));
    }

    private static TargetChange update(TargetTable table, long id, String value) {
        return new TargetChange(table, Verb.UPDATE, null, row(id, value));
    }

    private static TargetChange delete(TargetTable table, long id) {
        return new TargetChange(table, Verb.DELETE, new TargetRow(Texts.row(SOURCE, id, null, null), FROM, null), null);
    }

    private static TargetRow row(long id, String value) {
        return new TargetRow(Texts.row(SOURCE, id, value, value + "!"), FROM, null);
    }

    private static TargetRow partial(long id, String value) {
        return new TargetRow(Texts.row(SOURCE, id, value, Texts.UNCHANGED), FROM, null);
    }

    private static TargetTable table(String name, Set<TableName> parents, boolean inOrder) {
        List<TargetColumn> columns = List.of("n_id", "amount", "note").stream()
                .map(column -> new TargetColumn(column, "text", 0, Types.VARCHAR, true, false))
                .toList();
        return new TargetTable(new TableName("t", name), columns, List.of(0), parents, inOrder);
    }
}
