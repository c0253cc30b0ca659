package io.tallystick.bench.xa.campaign;

import io.tallystick.bench.Pause;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks all the time, past the proxies, which branches are prepared and for how long. Thread-safe. */
final class Monitor implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final BankWorld world;
    private final Map<String, Long> firstSeen = new HashMap<>();
    private final Thread thread;
    private boolean healthy;
    private long healthySince;
    private long longest;
    private long longestHealthy;
    private volatile boolean closed;

    Monitor(BankWorld world) {
        this.world = world;
        this.thread = new Thread(this::run, "monitor");
        thread.setDaemon(true);
    }

    Monitor start() {
        thread.start();
        return this;
    }

    /** From now on everything runs; or something may be disturbed. */
    synchronized void everythingRuns(boolean now) {
        healthy = now;
        healthySince = System.nanoTime();
    }

    private void run() {
        try {
            while (!closed) {
                for (Place place : world.places()) {
                    look(place);
                }
                Pause.of(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Place place) {
        try {
            Set<String> there = new HashSet<>();
            prepared(world.database(place)).forEach(name -> there.add(place + " " + name));
            note(place, there);
        } catch (SQLException e) {
            // it is away, or somebody ended this session; what it holds stays as old as it is
        }
    }

    private synchronized void note(Place place, Set<String> there) {
        long now = System.nanoTime();
        firstSeen.keySet().removeIf(name -> name.startsWith(place + " ") && !there.contains(name));
        for (String name : there) {
            long since = firstSeen.computeIfAbsent(name, n -> now);
            longest = Math.max(longest, now - since);
            if (healthy) {
                longestHealthy = Math.max(longestHealthy, now - Math.max(since, healthySince));
            }
        }
    }

    /** Names of the branches that are prepared there. */
    static List<String> prepared(TestDatabase database) throws SQLException {
        boolean postgres = database.engine() == Engine.POSTGRESQL;
        String query = postgres
                ? "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()"
                : "XA RECOVER FORMAT='SQL'";
        List<String> names = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            // a server that stands still must not keep this look
            statement.setQueryTimeout(2);
            try (ResultSet rows = statement.executeQuery(query)) {
                while (rows.next()) {
                    names.add(rows.getString(postgres ? 1 : 4));
                }
            }
        }
        return names;
    }

    /** How long any branch was prepared. */
    synchronized Duration longest() {
        return Duration.ofNanos(longest);
    }

    /** How long any branch was prepared since everything ran again. */
    synchronized Duration longestSinceAllRan() {
        return Duration.ofNanos(longestHealthy);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(1_000);
    }
}
