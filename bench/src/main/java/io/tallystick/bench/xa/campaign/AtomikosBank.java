package io.tallystick.bench.xa.campaign;

import com.atomikos.icatch.config.UserTransactionServiceImp;
import com.atomikos.icatch.jta.UserTransactionManager;
import com.atomikos.jdbc.AtomikosDataSourceBean;
import io.tallystick.bench.xa.campaign.Order.Leg;
import io.tallystick.bench.xa.contender.AtomikosSettings;
import io.tallystick.xa.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The bank with Atomikos and its own pools, which test a connection before they lend it. */
final class AtomikosBank implements BankContender {
    private final BankSetup setup;
    private final UserTransactionManager manager = new UserTransactionManager();
    private final Map<Place, AtomikosDataSourceBean> pools = new EnumMap<>(Place.class);

    private AtomikosBank(BankSetup setup) {
        this.setup = setup;
    }

    static AtomikosBank open(BankSetup setup) throws Exception {
        new UserTransactionServiceImp(AtomikosSettings.of(setup.forPeers())).init();
        AtomikosBank bank = new AtomikosBank(setup);
        for (Place place : setup.places()) {
            bank.pools.put(place, pool(place, setup));
        }
        return bank;
    }

    private static AtomikosDataSourceBean pool(Place place, BankSetup setup) throws SQLException {
        AtomikosDataSourceBean bean = new AtomikosDataSourceBean();
        bean.setUniqueResourceName(place.name());
        bean.setXaDataSource(setup.patient(place).xaDataSource());
        bean.setMinPoolSize(1);
        bean.setMaxPoolSize(setup.clients() * 2);
        bean.setTestQuery("SELECT 1");
        // opened on first use: a bank that starts while a database is away must start
        return bean;
    }

    @Override
    public Answer carryOut(Order order) {
        return new JakartaTransfer(manager, setup.timeout()).carryOut(() -> {
            for (Leg leg : order.legs()) {
                try (Connection connection =
                        Objects.requireNonNull(pools.get(leg.place())).getConnection()) {
                    Order.book(connection, order.id(), leg, order.parties());
                }
            }
        });
    }

    /** It has no question for that. */
    @Override
    public Optional<Verdict> outcome(String name) {
        return Optional.empty();
    }
}
