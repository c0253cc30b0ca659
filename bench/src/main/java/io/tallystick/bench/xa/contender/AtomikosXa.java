package io.tallystick.bench.xa.contender;

import com.atomikos.icatch.config.UserTransactionServiceImp;
import com.atomikos.icatch.jta.UserTransactionManager;
import com.atomikos.jdbc.AtomikosDataSourceBean;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Atomikos, one to a JVM, with its own pools. Its phases follow one another: version 6.0.0 no longer reads the setting
 * {@code threaded_2pc} and always constructs its service for one thread.
 */
final class AtomikosXa implements XaContender {
    private final UserTransactionServiceImp service;
    private final UserTransactionManager manager = new UserTransactionManager();
    private final AtomikosDataSourceBean first;
    private final AtomikosDataSourceBean last;

    private AtomikosXa(UserTransactionServiceImp service, AtomikosDataSourceBean first, AtomikosDataSourceBean last) {
        this.service = service;
        this.first = first;
        this.last = last;
    }

    static AtomikosXa open(Setup setup) throws Exception {
        UserTransactionServiceImp service = new UserTransactionServiceImp(AtomikosSettings.of(setup));
        service.init();
        return new AtomikosXa(service, pool("first", setup.first(), setup), pool("last", setup.last(), setup));
    }

    private static AtomikosDataSourceBean pool(String name, Till till, Setup setup) throws SQLException {
        AtomikosDataSourceBean bean = new AtomikosDataSourceBean();
        bean.setUniqueResourceName(name);
        bean.setXaDataSource(till.xaDataSource());
        bean.setPoolSize(setup.threads());
        bean.init();
        return bean;
    }

    @Override
    public void transfer(Transfer transfer) throws Exception {
        manager.begin();
        try (Connection debited = first.getConnection()) {
            transfer.debit(debited);
        }
        try (Connection credited = last.getConnection()) {
            transfer.credit(credited);
        }
        manager.commit();
    }

    @Override
    public void close() {
        first.close();
        last.close();
        service.shutdown(false);
    }
}
