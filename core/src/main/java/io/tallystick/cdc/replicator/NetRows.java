package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of each row of one table within one group: first it goes, then it is put; either may be absent. Rows stand in the order
 * in which they were named first. A hash table over arrays, because a group has ten thousand rows and lives for milliseconds: an
 * object for each of them would be most of what the garbage collector has to do.
 */
final class NetRows {

    private static final int FIRST_ROWS = 16;

    private final TargetTable table;
    private int size;
    private int[] hashes = new int[FIRST_ROWS];
    private TargetRow[] named = new TargetRow[FIRST_ROWS];
    private @Nullable TargetChange[] gone = new TargetChange[FIRST_ROWS];
    private @Nullable TargetChange[] put = new TargetChange[FIRST_ROWS];
    /** For each hash, and those that follow it where it is taken, the row's place and one; 0 where none is. */
    private int[] slots = new int[2 * FIRST_ROWS];

    NetRows(TargetTable table) {
        this.table = table;
    }

    /** Whether the last that happened to the row of this change is that it was deleted. */
    boolean hasLost(TargetChange change) {
        TargetRow row = change.named();
        int found = slots[slotOf(row, RowKey.hashOf(table, row))];
        return found != 0 && put[found - 1] == null && gone[found - 1] != null;
    }

    /** False when this change cannot be joined with what is known of its row. */
    boolean add(TargetChange change) {
        int row = placeOf(change.named());
        TargetChange before = put[row];
        if (before != null) {
            return addToPut(row, before, change);
        }
        if (change.verb() == Verb.DELETE) {
            gone[row] = gone[row] == null ? change : gone[row];
            return true;
        }
        if (gone[row] != null && change.verb() == Verb.UPDATE) {
            return false;
        }
        put[row] = change;
        return true;
    }

    private boolean addToPut(int row, TargetChange before, TargetChange change) {
        return switch (change.verb()) {
            case DELETE -> {
                boolean wasThere = gone[row] != null || before.verb() != Verb.INSERT;
                gone[row] = wasThere && gone[row] == null ? change : gone[row];
                put[row] = null;
                yield true;
            }
            case UPSERT, UPDATE -> before.verb() != Verb.INSERT_IF_ABSENT && overwrite(row, before, change);
            // an update may have found no row
            case INSERT_IF_ABSENT -> before.verb() != Verb.UPDATE;
            default -> false;
        };
    }

    private boolean overwrite(int row, TargetChange before, TargetChange change) {
        if (before.row() == null || change.row() == null) {
            return false;
        }
        TargetRow joined = change.row().onto(before.row());
        if (joined == null) {
            return false;
        }
        // an update that follows an upsert or an insert still has to make the row; one that follows an update has not
        Verb verb = before.verb() == Verb.UPDATE ? change.verb() : before.verb();
        put[row] = new TargetChange(change.table(), verb, before.key(), joined);
        return true;
    }

    /** Rows that are put, as they are to be. */
    List<TargetChange> put() {
        List<TargetChange> all = new ArrayList<>(size);
        for (int row = 0; row < size; row++) {
            TargetChange change = put[row];
            if (change != null) {
                all.add(change);
            }
        }
        return all;
    }

    /** Rows that go, and are put again or not. */
    List<TargetChange> gone(boolean putAgain) {
        List<TargetChange> all = new ArrayList<>();
        for (int row = 0; row < size; row++) {
            TargetChange change = gone[row];
            if (change != null && put[row] != null == putAgain) {
                all.add(change);
            }
        }
        return all;
    }

    private int placeOf(TargetRow row) {
        int hash = RowKey.hashOf(table, row);
        int slot = slotOf(row, hash);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        if (size == named.length) {
            grow();
            slot = slotOf(row, hash);
        }
        hashes[size] = hash;
        named[size] = row;
        slots[slot] = ++size;
        return size - 1;
    }

    /** Where the row is, or would be. */
    private int slotOf(TargetRow row, int hash) {
        int last = slots.length - 1;
        int slot = (hash ^ hash >>> 16) & last;
        while (slots[slot] != 0) {
            int known = slots[slot] - 1;
            if (hashes[known] == hash && RowKey.isSame(table, named[known], row)) {
                return slot;
            }
            slot = slot + 1 & last;
        }
        return slot;
    }

    private void grow() {
        int room = 2 * size;
        hashes = Arrays.copyOf(hashes, room);
        named = Arrays.copyOf(named, room);
        gone = Arrays.copyOf(gone, room);
        put = Arrays.copyOf(put, room);
        slots = new int[2 * room];
        int last = slots.length - 1;
        for (int row = 0; row < size; row++) {
            int slot = (hashes[row] ^ hashes[row] >>> 16) & last;
            while (slots[slot] != 0) {
                slot = slot + 1 & last;
            }
            slots[slot] = row + 1;
        }
    }
}
