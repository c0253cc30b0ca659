package io.tallystick.examples.hands;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.agroal.narayana.NarayanaTransactionIntegration;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.database.XaResourceDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import io.tallystick.xa.jta.JakartaTransactions;
import jakarta.transaction.TransactionManager;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Two Agroal data sources whose transaction manager is Tallystick. */
final class AgroalShop implements AutoCloseable {

    final XaEngine engine;
    final TransactionManager manager;
    final AgroalDataSource orders;
    final AgroalDataSource stock;

    final JakartaTransactions jakarta;

    AgroalShop(Address ordersAt, Address stockAt, DataSource decisions) throws SQLException {
        AgroalRecovery ofOrders = new AgroalRecovery();
        AgroalRecovery ofStock = new AgroalRecovery();
        engine = XaEngine.named("agroal-shop")
                .resource(XaResourceDriver.of("java:/orders", ofOrders.fresh()))
                .resource(XaResourceDriver.of("java:/stock", ofStock.fresh()))
                .decisions(JdbcDecisionStore.on("decisions", Jdbc.on(decisions)))
                .settings(Shop.PATIENT.withLease(Duration.ofSeconds(1)).withAckWait(Duration.ofMillis(500)))
                .open();
        jakarta = JakartaTransactions.of(engine, AgroalRecovery::nameOf);
        manager = jakarta.transactionManager();
        orders = pool("java:/orders", ordersAt, ofOrders);
        stock = pool("java:/stock", stockAt, ofStock);
    }

    /** A pool with this driver, which may be one without XA. */
    AgroalDataSource pool(String jndiName, Address at, AgroalRecovery recovery) throws SQLException {
        return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                // without them every count is zero
                .metricsEnabled()
                .connectionPoolConfiguration(pool -> pool.maxSize(3)
                        .acquisitionTimeout(Duration.ofSeconds(10))
                        .transactionIntegration(new NarayanaTransactionIntegration(
                                manager, jakarta.registry(), jndiName, false, recovery))
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl(at.url())
                                .connectionProviderClass(at.driver())
                                .principal(new NamePrincipal(at.user()))
                                .credential(new SimplePassword(at.password()))
                                .recoveryPrincipal(new NamePrincipal(at.user()))
                                .recoveryCredential(new SimplePassword(at.password())))));
    }

    /** An order here, a piece less there; connections are closed before the end, as applications do. */
    void sell(long id, int pieces) throws SQLException {
        Shop.run(orders, "INSERT INTO purchase VALUES (" + id + ", 'apple')");
        Shop.run(stock, "UPDATE item SET pieces = pieces - " + pieces + " WHERE name = 'apple'");
    }

    @Override
    public void close() {
        engine.close();
        orders.close();
        stock.close();
    }

    /** How a database is reached. */
    record Address(Class<?> driver, String url, String user, String password) {
        static Address of(Class<?> driver, TestDatabase database) {
            return new Address(driver, database.url(), database.user(), database.password());
        }
    }
}
