package io.tallystick.debezium;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.postgres.cdc.PostgresCdc;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** A process that runs a pipeline until it is killed. Arguments: host, port, database, user, password and slot of the source, URL of the target. */
final class DebeziumReplicatorMain {

    private DebeziumReplicatorMain() {}

    public static void main(String[] args) throws SQLException, InterruptedException {
        var place = new PostgresByDebezium.Place(args[0], Integer.parseInt(args[1]), args[2], args[3], args[4]);
        ConnectionSettings target = ConnectionSettings.of(args[6], args[3], args[4]);
        try (var pool = new PostgresCdc().target(target);
                DebeziumChangeSource source = DebeziumChangeSource.of(new PostgresByDebezium(place, args[5]));
                Pipeline pipeline = DebeziumPipelines.of(source, pool, Set.of(new TableName("public", "ledger")))) {
            pipeline.start();
            new CountDownLatch(1).await();
        }
    }
}
