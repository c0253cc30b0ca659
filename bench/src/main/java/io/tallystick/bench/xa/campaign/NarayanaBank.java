package io.tallystick.bench.xa.campaign;

import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import io.tallystick.bench.xa.campaign.Order.Leg;
import io.tallystick.bench.xa.contender.NarayanaSettings;
import io.tallystick.bench.xa.contender.Till;
import io.tallystick.xa.Verdict;
import jakarta.transaction.TransactionManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;

/**
 * The bank with Narayana and its default log. Each transfer opens connections of its own and closes them after it, so that no pool's
 * mistakes count as the transaction manager's; recovery opens its own again when they break.
 */
final class NarayanaBank implements BankContender {
    private final BankSetup setup;
    private final TransactionManager manager = com.arjuna.ats.jta.TransactionManager.transactionManager();

    private NarayanaBank(BankSetup setup) {
        this.setup = setup;
    }

    static NarayanaBank open(BankSetup setup) throws Exception {
        NarayanaSettings.apply(setup.forPeers(), NarayanaSettings.Store.FILE, false);
        RecoveryManager recovery = RecoveryManager.manager(RecoveryManager.INDIRECT_MANAGEMENT);
        recovery.initialize();
        XARecoveryModule scanner = XARecoveryModule.getRegisteredXARecoveryModule();
        for (Place place : setup.places()) {
            scanner.addXAResourceRecoveryHelper(new Scan(setup.patient(place)));
        }
        recovery.startRecoveryManagerThread();
        return new NarayanaBank(setup);
    }

    @Override
    public Answer carryOut(Order order) {
        List<XAConnection> opened = new ArrayList<>();
        try {
            return carryOut(order, opened);
        } finally {
            opened.forEach(NarayanaBank::closeQuietly);
        }
    }

    private Answer carryOut(Order order, List<XAConnection> opened) {
        return new JakartaTransfer(manager, setup.timeout()).carryOut(() -> {
            for (Leg leg : order.legs()) {
                XAConnection connection =
                        setup.patient(leg.place()).xaDataSource().getXAConnection();
                opened.add(connection);
                Connection handle = connection.getConnection();
                // what a client does after its transaction has timed out behind its back must not commit by itself
                handle.setAutoCommit(false);
                manager.getTransaction().enlistResource(connection.getXAResource());
                Order.book(handle, order.id(), leg, order.parties());
            }
        });
    }

    private static void closeQuietly(XAConnection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // it was broken
        }
    }

    /** It has no question for that. */
    @Override
    public Optional<Verdict> outcome(String name) {
        return Optional.empty();
    }

    /** Hands its recovery a connection, a new one when the last is broken. */
    private static final class Scan implements XAResourceRecoveryHelper {
        private static final int ANSWER_SECONDS = 5;

        private final Till till;
        private @Nullable XAConnection connection;

        private Scan(Till till) {
            this.till = till;
        }

        @Override
        public boolean initialise(String text) {
            return true;
        }

        @Override
        public synchronized XAResource[] getXAResources() throws Exception {
            XAConnection last = connection;
            if (last == null || !last.getConnection().isValid(ANSWER_SECONDS)) {
                if (last != null) {
                    closeQuietly(last);
                }
                connection = null;
                last = till.xaDataSource().getXAConnection();
                connection = last;
            }
            return new XAResource[] {last.getXAResource()};
        }
    }
}
