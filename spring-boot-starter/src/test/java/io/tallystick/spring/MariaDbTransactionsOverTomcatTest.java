package io.tallystick.spring;

import io.tallystick.testkit.db.TestDatabases;

class MariaDbTransactionsOverTomcatTest extends TransactionsOverTomcatContract {

    MariaDbTransactionsOverTomcatTest() {
        super(TestDatabases.mariadb().start());
    }
}
