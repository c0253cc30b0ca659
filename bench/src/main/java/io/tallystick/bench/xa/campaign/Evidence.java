package io.tallystick.bench.xa.campaign;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.StringJoiner;

/** What can be seen while something does not end as it must: for whoever looks for the cause. */
final class Evidence {
    private static final List<String> POSTGRES = List.of(
            "SELECT * FROM pg_prepared_xacts",
            "SELECT pid, state, wait_event, xact_start, state_change, query FROM pg_stat_activity WHERE datname = current_database()",
            "SELECT encode(gtrid, 'hex'), verdict, decided_at FROM tally_decision",
            "SELECT * FROM tally_xa_node");
    private static final List<String> MARIADB = List.of(
            "XA RECOVER FORMAT='SQL'",
            "SHOW FULL PROCESSLIST",
            "SELECT * FROM information_schema.innodb_trx",
            "SELECT * FROM information_schema.innodb_lock_waits",
            "SELECT hex(gtrid), verdict, decided_at FROM tally_decision",
            "SELECT * FROM tally_xa_node",
            "SHOW ENGINE INNODB STATUS");

    private Evidence() {}

    static void keep(BankWorld world, Path file) throws IOException {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        for (Place place : world.places()) {
            TestDatabase database = world.database(place);
            for (String query : database.engine() == Engine.POSTGRESQL ? POSTGRES : MARIADB) {
                text.add("").add("---- " + place + ": " + query);
                ask(database, query, text);
            }
        }
        Files.writeString(file, text.toString());
        world.coordinators().forEach(BankNode::sayWhatItDoes);
        world.exchanges().forEach(BankNode::sayWhatItDoes);
    }

    private static void ask(TestDatabase database, String query, StringJoiner text) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                StringJoiner row = new StringJoiner(" | ");
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(String.valueOf(rows.getString(i)));
                }
                text.add(row.toString());
            }
        } catch (SQLException e) {
            text.add(e.toString());
        }
    }
}
