package io.tallystick.bench.contender;

import dev.dbos.transact.DBOS;
import dev.dbos.transact.StartWorkflowOptions;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.txstep.JdbcStepFactory;
import dev.dbos.transact.workflow.Workflow;
import java.sql.Connection;
import javax.sql.DataSource;

/**
 * DBOS Transact for Java: a workflow of three steps, started under a workflow id, awaited through its handle. Its pool has the ten
 * connections that it gives itself. A refusal is a value, which is cheaper for it than an exception; a local step is its own
 * transactional step (business row and recorded output in one commit).
 */
final class DbosTransact implements Contender {
    private static final int POOL = 10;

    private final DBOS dbos;
    private final Flow flow;

    private DbosTransact(DBOS dbos, Flow flow) {
        this.dbos = dbos;
        this.flow = flow;
    }

    static DbosTransact open(Arena arena) {
        DataSource pool = arena.pool(POOL);
        DBOS dbos = new DBOS(DBOSConfig.defaults("bench").withDataSource(pool).withAppVersion("1"));
        ThreeSteps steps = arena.steps().workload().isLocal()
                ? new LocalThreeSteps(dbos, arena.steps(), new JdbcStepFactory(dbos, pool))
                : new ThreeSteps(dbos, arena.steps());
        Flow flow = dbos.registerProxy(Flow.class, steps);
        dbos.launch();
        return new DbosTransact(dbos, flow);
    }

    @Override
    public boolean run(long saga) throws Exception {
        return dbos.startWorkflow(() -> flow.run(saga), new StartWorkflowOptions("saga-" + saga))
                .getResult();
    }

    @Override
    public void close() {
        dbos.shutdown();
    }

    /** The workflow, as DBOS wants it: an interface and a class behind a proxy. */
    public interface Flow {
        boolean run(long saga) throws Exception;
    }

    /** Steps that do nothing in the database. */
    public static class ThreeSteps implements Flow {
        private final DBOS dbos;
        final Steps steps;

        ThreeSteps(DBOS dbos, Steps steps) {
            this.dbos = dbos;
            this.steps = steps;
        }

        @Override
        @Workflow(name = "run")
        public boolean run(long saga) throws Exception {
            for (int step = 1; step <= Workload.STEPS; step++) {
                if (!act(step, saga)) {
                    compensate(step, saga);
                    return false;
                }
            }
            return true;
        }

        boolean act(int step, long saga) throws Exception {
            return dbos.runStep(() -> steps.act(step, saga), "step" + step);
        }

        private void compensate(int refused, long saga) {
            for (int step = refused - 1; step >= 1; step--) {
                int back = step;
                dbos.runStep(() -> steps.undo(back, saga), "undo" + step);
            }
        }
    }

    /** Steps that change a business row. */
    public static final class LocalThreeSteps extends ThreeSteps {
        private final JdbcStepFactory transactions;

        LocalThreeSteps(DBOS dbos, Steps steps, JdbcStepFactory transactions) {
            super(dbos, steps);
            this.transactions = transactions;
        }

        @Override
        @Workflow(name = "run")
        public boolean run(long saga) throws Exception {
            return super.run(saga);
        }

        @Override
        boolean act(int step, long saga) throws Exception {
            return transactions.txStep((Connection connection) -> steps.act(step, saga, connection), "step" + step);
        }
    }
}
