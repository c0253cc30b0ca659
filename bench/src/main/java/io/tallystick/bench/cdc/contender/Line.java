package io.tallystick.bench.cdc.contender;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;

/**
 * What changes are to be carried along: the table {@code bench} of the one database into the table {@code bench} of the other.
 *
 * @param name of no other line of this source; small letters, digits and _
 * @param plain whether all columns are numbers, texts and times
 */
public record Line(TestDatabase source, TestDatabase target, String name, boolean plain) {

    /** The only table that is carried. */
    public static final String TABLE = "bench";

    TableName from() {
        return table(source);
    }

    TableName to() {
        return table(target);
    }

    static ConnectionSettings settings(TestDatabase database) {
        return ConnectionSettings.of(database.url(), database.user(), database.password());
    }

    /** The same database by way of a port of this machine. */
    static ConnectionSettings settings(TestDatabase database, int port) {
        String url = database.url().replace(":" + database.port() + "/", ":" + port + "/");
        return ConnectionSettings.of(url, database.user(), database.password());
    }

    private static TableName table(TestDatabase database) {
        return new TableName(database.engine() == Engine.POSTGRESQL ? "public" : database.name(), TABLE);
    }
}
