package io.tallystick.bench.contender;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.seata.saga.engine.StateMachineEngine;
import org.apache.seata.saga.engine.impl.DefaultStateMachineConfig;
import org.apache.seata.saga.engine.impl.ProcessCtrlStateMachineEngine;
import org.apache.seata.saga.engine.sequence.UUIDSeqGenerator;
import org.apache.seata.saga.engine.store.db.DbAndReportTcStateLogStore;
import org.apache.seata.saga.engine.store.db.DbStateLangStore;
import org.apache.seata.saga.statelang.domain.ExecutionStatus;
import org.apache.seata.saga.statelang.domain.StateMachineInstance;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Seata's state machine without its transaction coordinator, the fastest way to run it: every state is stored before and after in
 * this database, nothing is reported elsewhere, and the saga runs on the thread of the client ({@code startWithBusinessKey}). It has
 * no transaction to lend to a step. A refusal is a value and a choice, which is cheaper for it than an exception.
 */
final class SeataLocal implements Contender {
    private static final int POOL = 20;

    private final GenericApplicationContext spring;
    private final StateMachineEngine engine;

    private SeataLocal(GenericApplicationContext spring, StateMachineEngine engine) {
        this.spring = spring;
        this.engine = engine;
    }

    static SeataLocal open(Arena arena) throws Exception {
        arena.database().execute(Sql.statements("seata.sql"));
        DataSource pool = arena.pool(POOL);
        GenericApplicationContext spring = new GenericApplicationContext();
        spring.getBeanFactory().registerSingleton("bench", new Service(arena.steps(), pool));
        spring.refresh();
        DefaultStateMachineConfig config = new DefaultStateMachineConfig();
        config.setApplicationContext(spring);
        config.setStateLogStore(stateLog(pool));
        config.setStateLangStore(definitions(pool));
        config.setStateMachineDefInputStreamArray(new InputStream[] {
            new ByteArrayInputStream(Sql.text("seata.json").getBytes(StandardCharsets.UTF_8))
        });
        config.afterPropertiesSet();
        ProcessCtrlStateMachineEngine engine = new ProcessCtrlStateMachineEngine();
        engine.setStateMachineConfig(config);
        return new SeataLocal(spring, engine);
    }

    /** Without a {@code SagaTransactionalTemplate} nothing is reported to a coordinator. */
    private static DbAndReportTcStateLogStore stateLog(DataSource pool) {
        DbAndReportTcStateLogStore store = new DbAndReportTcStateLogStore();
        store.setDataSource(pool);
        store.setDbType("postgresql");
        store.setTablePrefix("seata_");
        store.setDefaultTenantId("000001");
        store.setSeqGenerator(new UUIDSeqGenerator());
        return store;
    }

    private static DbStateLangStore definitions(DataSource pool) {
        DbStateLangStore store = new DbStateLangStore();
        store.setDataSource(pool);
        store.setDbType("postgresql");
        store.setTablePrefix("seata_");
        return store;
    }

    @Override
    public boolean run(long saga) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("saga", saga);
        StateMachineInstance instance = engine.startWithBusinessKey("bench", null, "saga-" + saga, parameters);
        if (ExecutionStatus.SU.equals(instance.getStatus()) && instance.getCompensationStatus() == null) {
            return true;
        }
        if (ExecutionStatus.SU.equals(instance.getCompensationStatus())) {
            return false;
        }
        throw new IllegalStateException("saga " + saga + " ended " + instance.getStatus() + ", compensation "
                + instance.getCompensationStatus() + ": " + instance.getException());
    }

    @Override
    public void close() {
        spring.close();
    }

    /** The methods that the state machine calls by name. */
    public static final class Service {
        private final Steps steps;
        private final DataSource business;

        Service(Steps steps, DataSource business) {
            this.steps = steps;
            this.business = business;
        }

        public boolean one(long saga) throws SQLException {
            return steps.act(1, saga, business);
        }

        public boolean two(long saga) throws SQLException {
            return steps.act(2, saga, business);
        }

        public boolean three(long saga) throws SQLException {
            return steps.act(3, saga, business);
        }

        public boolean undoOne(long saga) {
            steps.undo(1, saga);
            return true;
        }

        public boolean undoTwo(long saga) {
            steps.undo(2, saga);
            return true;
        }

        public boolean undoThree(long saga) {
            throw new IllegalStateException("saga " + saga + ": the refused step is compensated");
        }
    }
}
