package io.tallystick.spring;

import io.tallystick.testkit.db.TestDatabases;

class PostgresTransactionsOverTomcatTest extends TransactionsOverTomcatContract {

    PostgresTransactionsOverTomcatTest() {
        super(TestDatabases.postgres().start());
    }
}
