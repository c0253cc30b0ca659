package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Money moves between accounts of the source, each transfer with its line in a ledger, while source, target and the process of the
 * pipeline are killed in turn, and pipelines are taken over by another process in the middle of their work. The target must end as the source: nothing lost, nothing double, and at no moment may its accounts sum up to another
 * amount, for each transaction arrives whole.
 */
class KillCampaignTest {

    private static final int ACCOUNTS = 50;
    private static final int START = 1_000;

    @TempDir
    private Path folder;

    @Test
    void a_few_kills_of_source_target_and_replicator_lose_and_double_nothing() throws Exception {
        run(4, 1);
    }

    @Test
    @Tag("soak")
    void two_hundred_kills_of_source_target_and_replicator_lose_and_double_nothing() throws Exception {
        run(200, 2026);
    }

    private void run(int kills, long seed) throws Exception {
        try (TestDatabase source = TestDatabases.postgres()
                        .setting("wal_level", "logical")
                        // a frozen reader holds the slot no longer
                        .setting("wal_sender_timeout", "2s")
                        .start();
                TestDatabase target = TestDatabases.postgres().start()) {
            for (TestDatabase each : List.of(source, target)) {
                each.execute(
                        "CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL)",
                        "CREATE TABLE ledger (id BIGINT PRIMARY KEY, taker INT NOT NULL REFERENCES account, note TEXT)");
            }
            source.execute("INSERT INTO account SELECT n, " + START + " FROM generate_series(1, " + ACCOUNTS + ") n");
            Schema.of(Jdbc.on(target.dataSource())).install("cdc");
            new Campaign(source, target, seed, folder.resolve("campaign.yaml")).play(kills);
        }
    }

    /** One run, over two servers of its own. */
    private static final class Campaign {

        private final TestDatabase source;
        private final TestDatabase target;
        private final SplittableRandom random;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicLong transfers = new AtomicLong();
        private final AtomicLong looks = new AtomicLong();
        private final List<String> breaches = new ArrayList<>();
        private final Path file;
        private ChildJvm replicator;

        Campaign(TestDatabase source, TestDatabase target, long seed, Path file) throws IOException {
            this.source = source;
            this.target = target;
            this.random = new SplittableRandom(seed);
            this.file = Files.writeString(file, """
                    pipeline: campaign
                    source: {%s, tables: [public.account, public.ledger]}
                    targets: {copy: {%s}}
                    routes:
                      - from: public.account
                        to: [{target: copy, table: public.account}]
                      - from: public.ledger
                        to: [{target: copy, table: public.ledger}]
                    settings: {first_pause: 20ms, longest_pause: 200ms, lease: 1s}
                    """.formatted(place(source), place(target)));
            this.replicator = started();
        }

        private static String place(TestDatabase db) {
            return "url: \"%s\", user: %s, password: %s".formatted(db.url(), db.user(), db.password());
        }

        void play(int kills) throws Exception {
            awaitEqual();
            Thread bank = thread("bank", this::transfer);
            Thread auditor = thread("auditor", this::audit);
            Map<String, Integer> done = new LinkedHashMap<>();
            for (int kill = 0; kill < kills; kill++) {
                LockSupport.parkNanos(random.nextInt(200, 1_800) * 1_000_000L);
                done.merge(kill(kill % 4), 1, Integer::sum);
            }
            over.set(true);
            bank.join();
            auditor.join();
            awaitEqual();
            replicator.close();
            try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
                run.drop();
            }
            System.out.println("kills " + done + ", transfers " + transfers + ", looks at the sum " + looks);
            assertThat(breaches).isEmpty();
            assertThat(number(target, "SELECT count(*) FROM tally_quarantine")).isZero();
            assertThat(transfers.get()).as("transfers").isPositive();
            assertThat(looks.get()).as("looks at the target").isPositive();
        }

        private void awaitEqual() {
            await().atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(digest(target)).isEqualTo(digest(source)));
        }

        private String kill(int which) throws Exception {
            switch (which) {
                case 0 -> {
                    source.kill();
                    source.restart();
                    return "source";
                }
                case 1 -> {
                    target.kill();
                    target.restart();
                    return "target";
                }
                case 2 -> {
                    replicator.kill();
                    replicator.close();
                    replicator = started();
                    return "replicator";
                }
                default -> {
                    // killed while another one stands by: the server may still be in the middle of its commit
                    ChildJvm before = replicator.awaitOutput("RUNNING", Duration.ofMinutes(1));
                    replicator = started();
                    // or at work at once, when the machine was so busy that the lease of the one before has run out
                    await().until(() -> replicator.output().matches("(?s).*(STANDING_BY|RUNNING).*"));
                    before.kill();
                    before.close();
                    replicator.awaitOutput("RUNNING", Duration.ofMinutes(1));
                    return "taken over";
                }
            }
        }

        private ChildJvm started() {
            return CrashRunner.of(ReplicatorMain.class, file.toString()).start();
        }

        private void transfer() {
            while (!over.get()) {
                try (Connection connection = source.connect();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    while (!over.get()) {
                        oneTransfer(statement, transfers.incrementAndGet());
                        connection.commit();
                    }
                } catch (SQLException away) {
                    LockSupport.parkNanos(20_000_000);
                }
            }
        }

        private static void oneTransfer(Statement statement, long n) throws SQLException {
            int from = (int) (n * 7 % ACCOUNTS) + 1;
            int to = (int) (n * 13 % ACCOUNTS) + 1;
            int amount = (int) (n % 10);
            statement.execute("UPDATE account SET balance = balance - " + amount + " WHERE id = " + from);
            statement.execute("UPDATE account SET balance = balance + " + amount + " WHERE id = " + to);
            statement.execute("INSERT INTO ledger VALUES (" + n + ", " + to + ", repeat('x', " + n % 300 + "))");
            if (n % 11 == 0) {
                statement.execute("DELETE FROM ledger WHERE id = " + (n - 5));
            }
        }

        /** The accounts that were copied always sum up to what there is. */
        private void audit() {
            while (!over.get()) {
                try {
                    long sum = number(target, "SELECT sum(balance) FROM account");
                    looks.incrementAndGet();
                    if (sum != (long) ACCOUNTS * START) {
                        breaches.add("the accounts of the target summed up to " + sum);
                    }
                } catch (SQLException away) {
                    LockSupport.parkNanos(20_000_000);
                }
            }
        }

        private static Thread thread(String name, Runnable work) {
            Thread thread = new Thread(work, name);
            thread.start();
            return thread;
        }
    }

    private static List<String> digest(TestDatabase db) throws SQLException {
        List<String> digest = new ArrayList<>();
        for (String table : List.of("account", "ledger")) {
            digest.add(table + " "
                    + text(db, "SELECT count(*) || ' ' || coalesce(sum(hashtext(t::text)), 0) FROM " + table + " t"));
        }
        return digest;
    }

    private static long number(TestDatabase db, String sql) throws SQLException {
        return Long.parseLong(text(db, sql));
    }

    private static String text(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
