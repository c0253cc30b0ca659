package io.tallystick.cdc.query;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;

@Databases
class QuerySourceTest extends QuerySourceContract {

    QuerySourceTest(TestDatabase db) {
        super(
                QueryPools.of(db),
                db.engine() == Engine.POSTGRESQL ? "public" : db.name(),
                db.engine() == Engine.POSTGRESQL ? "timestamp" : "datetime(6)");
    }
}
