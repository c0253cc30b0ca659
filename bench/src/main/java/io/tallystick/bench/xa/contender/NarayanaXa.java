package io.tallystick.bench.xa.contender;

import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import io.tallystick.bench.xa.contender.XaSeats.Seat;
import jakarta.transaction.TransactionManager;
import java.sql.SQLException;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;

/** Narayana, one to a JVM. Its recovery runs, under a node id of its own; the server that tells others its state does not. */
final class NarayanaXa implements XaContender {
    private final TransactionManager manager;
    private final RecoveryManager recovery;
    private final XaSeats first;
    private final XaSeats last;

    private NarayanaXa(RecoveryManager recovery, XaSeats first, XaSeats last) {
        this.manager = com.arjuna.ats.jta.TransactionManager.transactionManager();
        this.recovery = recovery;
        this.first = first;
        this.last = last;
    }

    static NarayanaXa open(Setup setup, NarayanaSettings.Store store, boolean async) throws Exception {
        NarayanaSettings.apply(setup, store, async);
        RecoveryManager recovery = RecoveryManager.manager(RecoveryManager.INDIRECT_MANAGEMENT);
        recovery.initialize();
        XARecoveryModule scanner = XARecoveryModule.getRegisteredXARecoveryModule();
        scanner.addXAResourceRecoveryHelper(new Scan(setup.first()));
        scanner.addXAResourceRecoveryHelper(new Scan(setup.last()));
        recovery.startRecoveryManagerThread();
        return new NarayanaXa(
                recovery, XaSeats.open(setup.first(), setup.threads()), XaSeats.open(setup.last(), setup.threads()));
    }

    @Override
    public void transfer(Transfer transfer) throws Exception {
        Seat debited = first.take();
        Seat credited = last.take();
        manager.begin();
        manager.getTransaction().enlistResource(debited.resource());
        transfer.debit(debited.connection());
        manager.getTransaction().enlistResource(credited.resource());
        transfer.credit(credited.connection());
        manager.commit();
        first.give(debited);
        last.give(credited);
    }

    @Override
    public void close() throws Exception {
        recovery.terminate();
        first.close();
        last.close();
    }

    /** Hands its recovery a connection of its own. */
    private static final class Scan implements XAResourceRecoveryHelper {
        private final XAConnection connection;

        private Scan(Till till) throws SQLException {
            this.connection = till.xaDataSource().getXAConnection();
        }

        @Override
        public boolean initialise(String text) {
            return true;
        }

        @Override
        public XAResource[] getXAResources() throws Exception {
            return new XAResource[] {connection.getXAResource()};
        }
    }
}
