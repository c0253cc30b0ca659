package io.tallystick.bench.xa;

import io.tallystick.bench.ProcessTime;
import io.tallystick.bench.Servers;
import io.tallystick.bench.xa.contender.Till;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The two servers of a pair, and on them two databases with accounts, made anew for every cell. Not thread-safe. */
final class Bank implements AutoCloseable {
    private static final long OPENING_BALANCE = 1_000_000;
    private static final String LOG_FSYNCS_POSTGRES = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'";
    private static final String LOG_FSYNCS_MARIADB = """
            SELECT sum(variable_value) FROM information_schema.global_status
            WHERE variable_name IN ('INNODB_OS_LOG_FSYNCS', 'BINLOG_GROUP_COMMITS')
            """;

    private final TestDatabase firstServer;
    private final TestDatabase lastServer;

    private Bank(TestDatabase firstServer, TestDatabase lastServer) {
        this.firstServer = firstServer;
        this.lastServer = lastServer;
    }

    static Bank open(Pair pair) {
        return new Bank(server(pair.first()), server(pair.last()));
    }

    private static TestDatabase server(Engine engine) {
        return engine == Engine.POSTGRESQL
                ? Servers.start(engine, Map.of("max_prepared_transactions", "200"))
                : Servers.start(engine, Map.of());
    }

    /** Two databases with accounts; a checkpoint first, so that none is due for a while. */
    Accounts accounts() throws SQLException {
        Accounts accounts = new Accounts(firstServer.createDatabase(), lastServer.createDatabase());
        for (TestDatabase database : List.of(accounts.first, accounts.last)) {
            boolean postgres = database.engine() == Engine.POSTGRESQL;
            for (String table : List.of("account", "account_beside")) {
                database.execute(
                        "CREATE TABLE " + table + " (id int PRIMARY KEY, balance bigint NOT NULL)",
                        "INSERT INTO " + table + " SELECT " + (postgres ? "n" : "seq") + ", " + OPENING_BALANCE
                                + " FROM "
                                + (postgres
                                        ? "generate_series(0, " + (Till.ACCOUNTS - 1) + ") n"
                                        : "seq_0_to_" + (Till.ACCOUNTS - 1)));
            }
            if (postgres) {
                database.execute("VACUUM ANALYZE", "CHECKPOINT");
            }
        }
        return accounts;
    }

    @Override
    public void close() {
        firstServer.close();
        lastServer.close();
    }

    /** The databases of one cell; closing it drops them. */
    record Accounts(TestDatabase first, TestDatabase last) implements AutoCloseable {

        static Till till(TestDatabase database) {
            return new Till(database.engine(), database.url(), database.user(), database.password());
        }

        /** Forced writes of the logs of both servers so far. */
        double forcedWrites() throws SQLException {
            return forcedWrites(first) + forcedWrites(last);
        }

        private static double forcedWrites(TestDatabase database) throws SQLException {
            return Double.parseDouble(
                    one(database, database.engine() == Engine.POSTGRESQL ? LOG_FSYNCS_POSTGRES : LOG_FSYNCS_MARIADB));
        }

        Duration processorTime() {
            return ProcessTime.of(first.pid()).plus(ProcessTime.of(last.pid()));
        }

        /** How many branches are prepared and not finished. */
        int inDoubt() throws SQLException {
            return inDoubt(first) + inDoubt(last);
        }

        private static int inDoubt(TestDatabase database) throws SQLException {
            if (database.engine() == Engine.POSTGRESQL) {
                return Integer.parseInt(
                        one(database, "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()"));
            }
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("XA RECOVER")) {
                int found = 0;
                while (rows.next()) {
                    found++;
                }
                return found;
            }
        }

        /** Decisions of Tallystick's that are stored, most of them carried out by every branch already; 0 for other contenders. */
        int decisionsLeft() throws SQLException {
            return decisionsLeft(first) + decisionsLeft(last);
        }

        private static int decisionsLeft(TestDatabase database) throws SQLException {
            String there = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'tally_decision' AND "
                    + (database.engine() == Engine.POSTGRESQL
                            ? "table_catalog = current_database()"
                            : "table_schema = database()");
            return one(database, there).equals("0")
                    ? 0
                    : Integer.parseInt(one(database, "SELECT count(*) FROM tally_decision WHERE verdict = 1"));
        }

        /** Throws unless exactly these transfers were made, and nothing is in doubt. */
        void check(long made) throws SQLException {
            if (taken() != made || lost() != 0 || inDoubt() != 0) {
                throw new IllegalStateException(
                        made + " transfers made, " + taken() + " units taken, " + lost() + " of them lost, " + inDoubt()
                                + " branches in doubt; expected one unit for each and nothing in doubt");
            }
        }

        private long taken() throws SQLException {
            return OPENING_BALANCE * Till.ACCOUNTS - sum(first, "account");
        }

        /** Units that were taken and did not arrive; a negative number when more arrived. */
        long lost() throws SQLException {
            return 3 * OPENING_BALANCE * Till.ACCOUNTS
                    - sum(first, "account")
                    - sum(first, "account_beside")
                    - sum(last, "account");
        }

        private static long sum(TestDatabase database, String table) throws SQLException {
            return Long.parseLong(one(database, "SELECT sum(balance) FROM " + table));
        }

        private static String one(TestDatabase database, String query) throws SQLException {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                row.next();
                return row.getString(1);
            }
        }

        @Override
        public void close() {
            first.close();
            last.close();
        }
    }
}
