package io.tallystick.bench.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;

/** The participants of a run: carries the steps out and counts them, so that a contender that skips work is found out. Thread-safe. */
public final class Steps {
    private final Workload workload;
    private final LongAdder actions = new LongAdder();
    private final LongAdder compensations = new LongAdder();

    public Steps(Workload workload) {
        this.workload = workload;
    }

    public Workload workload() {
        return workload;
    }

    /** Carries out a step that writes nothing to the engine's database. False is a refusal. */
    public boolean act(int step, long saga) {
        if (workload.refuses(step, saga)) {
            return false;
        }
        actions.increment();
        return true;
    }

    /** Carries out a step on a connection; committing is the caller's business. False is a refusal. */
    public boolean act(int step, long saga, Connection connection) throws SQLException {
        Workload.Change change = workload.change(step, saga);
        if (change != null) {
            try (PreparedStatement statement = connection.prepareStatement(change.sql())) {
                statement.setLong(1, change.amount());
                statement.setLong(2, change.row());
                statement.executeUpdate();
            }
        }
        return act(step, saga);
    }

    /** For engines that do not lend their transaction to a step: the business row is a commit of its own. */
    public boolean act(int step, long saga, DataSource business) throws SQLException {
        if (!workload.isLocal()) {
            return act(step, saga);
        }
        try (Connection connection = business.getConnection()) {
            return act(step, saga, connection);
        }
    }

    /** Takes a step back. */
    public void undo(int step, long saga) {
        if (step < 1 || step >= Workload.STEPS) {
            throw new IllegalStateException("saga " + saga + ": step " + step + " was never done, yet is compensated");
        }
        compensations.increment();
    }

    public long actions() {
        return actions.sum();
    }

    public long compensations() {
        return compensations.sum();
    }
}
