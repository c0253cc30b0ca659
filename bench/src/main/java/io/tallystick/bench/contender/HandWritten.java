package io.tallystick.bench.contender;

import javax.sql.DataSource;

/**
 * What one would write oneself: a saga row, an event row for every change of state, and the client runs the steps. Not a product:
 * no recovery, no retry, no fence. It shows what the database gives for the same rows.
 */
final class HandWritten implements Contender {
    static final short STARTED = 0;
    static final short DONE = 1;
    static final short REFUSED = 2;
    static final short UNDONE = 3;

    private static final int POOL = 16;

    private final Steps steps;
    private final Journal journal;

    private HandWritten(Steps steps, Journal journal) {
        this.steps = steps;
        this.journal = journal;
    }

    /** Every change of state is a commit of its own, on a pool of {@value #POOL} connections. */
    static HandWritten oneCommitPerChange(Arena arena) {
        arena.database().execute(Sql.statements("hand.sql"));
        DataSource pool = arena.pool(POOL);
        return new HandWritten(arena.steps(), new OneCommitJournal(pool, arena.steps()));
    }

    /** Changes of state of all clients are committed together by one writer, one batch in flight. */
    static HandWritten groupCommit(Arena arena) throws Exception {
        arena.database().execute(Sql.statements("hand.sql"));
        return new HandWritten(arena.steps(), new GroupJournal(arena.database().connect(), arena.steps()));
    }

    @Override
    public boolean run(long saga) throws Exception {
        int seq = 1;
        journal.write(new Journal.Change(saga, seq++, 1, STARTED, false));
        for (int step = 1; step <= Workload.STEPS; step++) {
            boolean last = step == Workload.STEPS;
            if (!journal.perform(new Journal.Change(saga, seq++, step, DONE, last))) {
                compensate(saga, seq, step);
                return false;
            }
        }
        return true;
    }

    private void compensate(long saga, int from, int refused) throws Exception {
        int seq = from;
        journal.write(new Journal.Change(saga, seq++, refused, REFUSED, false));
        for (int step = refused - 1; step >= 1; step--) {
            steps.undo(step, saga);
            journal.write(new Journal.Change(saga, seq++, step, UNDONE, step == 1));
        }
    }

    @Override
    public void close() throws Exception {
        journal.close();
    }

    /** Where changes of state go. */
    interface Journal extends AutoCloseable {

        /** Returns when the change is durable. */
        void write(Change change) throws Exception;

        /** Carries the step out and makes its outcome durable, in one commit if it is local. False, and nothing written, if refused. */
        boolean perform(Change done) throws Exception;

        @Override
        void close() throws Exception;

        /**
         * One event row.
         *
         * @param last whether the saga ends with it
         */
        record Change(long saga, int seq, int step, short kind, boolean last) {
            boolean isFirst() {
                return kind == STARTED;
            }
        }
    }
}
