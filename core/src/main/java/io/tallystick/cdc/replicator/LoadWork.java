package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes rows of tables that are being copied, each chunk in one transaction with the note of how far the copying has come. For one
 * session and one thread.
 */
final class LoadWork {

    private final TargetTask task;
    private final TargetSession session;
    private final GroupApplier applier;
    private final LoadRows loads;
    private final LoadsPassed passed = new LoadsPassed();

    LoadWork(TargetTask task, TargetSession session, GroupApplier applier, LoadRows loads) {
        this.task = task;
        this.session = session;
        this.applier = applier;
        this.loads = loads;
    }

    /** Writes a chunk, unless it is not due. */
    void load(LoadedChunk chunk) {
        LoadState state = task.progress().loads().get(chunk.table());
        Position position = session.position();
        if (state == null || position == null || state.has(chunk)) {
            return;
        }
        boolean made = task.covers(chunk.remembered(), task.progress().takenUpAfter(chunk.table()));
        if (!made || !passed.leadTo(state, chunk) || !state.countsWith(chunk)) {
            task.progress().copyAnew();
            return;
        }
        try {
            load(chunk, state, position, false);
        } catch (DataRefused | RefusedAtCommitException refused) {
            session.rollback();
            applier.rolledBack();
            loadCarefully(chunk, state, position);
        }
    }

    private void load(LoadedChunk chunk, LoadState state, Position position, boolean carefully) throws DataRefused {
        applier.load(chunk, carefully);
        if (state.sweeps()) {
            new Sweep(session, task.target(), applier.quarantine(), task.pipeline()).after(chunk, state);
        }
        note(state, state.after(chunk), state.endsWith(chunk), position);
    }

    private void loadCarefully(LoadedChunk chunk, LoadState state, Position position) {
        try {
            load(chunk, state, position, true);
        } catch (DataRefused impossible) {
            throw new IllegalStateException("what is refused row by row is set aside", impossible);
        }
    }

    private void note(LoadState before, LoadState after, boolean finished, Position position) {
        Map<TableName, LoadState> expected = new HashMap<>(task.progress().loads());
        if (loads.moved(before, after, finished)) {
            session.commit(position);
            task.progress().waiting(applier.quarantine());
            passed.moved(before, after);
            expected.put(after.table(), after);
        } else {
            session.rollback();
            applier.rolledBack();
        }
        seeLoads(expected);
    }

    /** Looks whether copying was ordered. */
    void lookForOrders() {
        seeLoads(task.progress().loads());
    }

    /** Nobody else moves the copying: what is not as it was left was ordered meanwhile. */
    private void seeLoads(Map<TableName, LoadState> left) {
        task.progress().loads(loads.open());
        boolean ordered = task.progress().loads().entrySet().stream()
                .anyMatch(load -> !load.getValue().equals(left.get(load.getKey())));
        if (ordered) {
            task.progress().copyAnew();
        }
    }
}
