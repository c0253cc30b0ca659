package io.tallystick.bench.xa.contender;

import com.arjuna.ats.arjuna.common.CoordinatorEnvironmentBean;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.RecoveryEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.arjuna.common.recoveryPropertyManager;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqJournalEnvironmentBean;
import com.arjuna.ats.internal.arjuna.objectstore.hornetq.HornetqObjectStoreAdaptor;
import com.arjuna.ats.internal.arjuna.objectstore.jdbc.JDBCStore;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.common.JTAEnvironmentBean;
import com.arjuna.ats.jta.common.jtaPropertyManager;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import com.zaxxer.hikari.HikariDataSource;
import java.util.List;

/** How Narayana is set, one to a JVM: a node id of its own, recovery on, the server that tells others its state off. */
public final class NarayanaSettings {
    private NarayanaSettings() {}

    /** Where it keeps its log. */
    public enum Store {
        /** A file for each transaction: the default. */
        FILE,
        /** The journal of a message broker, which gathers forced writes. */
        JOURNAL,
        /** A table, here in the first database. */
        JDBC
    }

    /** Before anything else of it is touched. */
    public static void apply(Setup setup, Store store, boolean async) throws Exception {
        arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier(setup.node());
        coordinator(async);
        store(setup, store);
        recoverySettings(setup);
    }

    private static void coordinator(boolean async) {
        CoordinatorEnvironmentBean bean = arjPropertyManager.getCoordinatorEnvironmentBean();
        bean.setTransactionStatusManagerEnable(false);
        bean.setAsyncPrepare(async);
        bean.setAsyncCommit(async);
        bean.setAsyncRollback(async);
    }

    /** Its default store, the one for recovered states and the one for messages are three beans. */
    private static void store(Setup setup, Store store) throws Exception {
        for (String name : new String[] {null, "stateStore", "communicationStore"}) {
            ObjectStoreEnvironmentBean bean = name == null
                    ? BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class)
                    : BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, name);
            bean.setObjectStoreDir(setup.directory().resolve("store").toString());
            if (store == Store.JOURNAL) {
                bean.setObjectStoreType(HornetqObjectStoreAdaptor.class.getName());
            } else if (store == Store.JDBC) {
                bean.setObjectStoreType(JDBCStore.class.getName());
                bean.setJdbcDataSource(table(setup));
                bean.setTablePrefix(name == null ? "action" : name);
                bean.setCreateTable(true);
            }
        }
        journal(setup);
    }

    /** As in its own published benchmark. Without the native library it would fall back to the slower files of Java without a word. */
    private static void journal(Setup setup) throws Exception {
        HornetqJournalEnvironmentBean bean = BeanPopulator.getDefaultInstance(HornetqJournalEnvironmentBean.class);
        boolean nativeFiles = NativeFiles.available();
        bean.setStoreDir(setup.directory().resolve("journal").toString());
        bean.setSyncWrites(true);
        bean.setSyncDeletes(false);
        bean.setAsyncIO(nativeFiles);
        bean.setMaxIO(nativeFiles ? 500 : 1);
        bean.setBufferFlushesPerSecond(nativeFiles ? 20_000 : 300);
    }

    private static HikariDataSource table(Setup setup) {
        HikariDataSource source = new HikariDataSource();
        source.setJdbcUrl(setup.first().url());
        source.setUsername(setup.first().user());
        source.setPassword(setup.first().password());
        source.setMaximumPoolSize(setup.threads() + 2);
        source.setAutoCommit(false);
        return source;
    }

    private static void recoverySettings(Setup setup) {
        JTAEnvironmentBean jta = jtaPropertyManager.getJTAEnvironmentBean();
        jta.setXaRecoveryNodes(List.of(setup.node()));
        jta.setXaResourceOrphanFilterClassNames(List.of(
                JTATransactionLogXAResourceOrphanFilter.class.getName(),
                JTANodeNameXAResourceOrphanFilter.class.getName()));
        RecoveryEnvironmentBean bean = recoveryPropertyManager.getRecoveryEnvironmentBean();
        bean.setRecoveryListener(false);
        bean.setRecoveryModuleClassNames(
                List.of(AtomicActionRecoveryModule.class.getName(), XARecoveryModule.class.getName()));
        if (setup.fastRecovery()) {
            bean.setPeriodicRecoveryPeriod(1);
            bean.setRecoveryBackoffPeriod(1);
            jta.setOrphanSafetyInterval(100);
        }
    }
}
