package io.tallystick.bench.cdc.contender;

import io.tallystick.cdc.CdcEngine;
import io.tallystick.mysql.cdc.MySqlCdc;
import io.tallystick.postgres.cdc.PostgresCdc;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;

/** Which of Tallystick's modules serves a database. */
final class Engines {
    private Engines() {}

    static CdcEngine of(TestDatabase database) {
        return database.engine() == Engine.POSTGRESQL ? new PostgresCdc() : new MySqlCdc();
    }
}
