package io.tallystick.xa;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Branches of other services' transactions that were committed here, and in which database. The word to commit may come again: its answer
 * was lost, or the branch had asked for the decision before it came. The branch is absent then, and in a database that has taken the
 * place of the one that prepared it that would look as if it had been lost. Only the latest are kept, and by this process alone: for
 * any other, evidence of something unknown is the true answer. Thread-safe.
 */
final class CommittedForOthers {

    private static final int MOST = 4_096;

    private final Map<BranchXid, String> databases = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<BranchXid, String> eldest) {
            return size() > MOST;
        }
    };

    synchronized void add(BranchXid xid, String incarnation) {
        databases.put(xid, incarnation);
    }

    synchronized boolean contains(BranchXid xid, String incarnation) {
        return incarnation.equals(databases.get(xid));
    }
}
