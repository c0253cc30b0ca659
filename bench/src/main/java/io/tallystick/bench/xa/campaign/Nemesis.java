package io.tallystick.bench.xa.campaign;

import io.tallystick.bench.Pause;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.Direction;
import io.tallystick.testkit.net.FaultProxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Does to the bank what is planned, some faults at a time, never two to the same process, server or link. */
final class Nemesis {
    private static final Duration BETWEEN_BLOWS = Duration.ofMillis(40);
    private static final int LONGEST_ANSWER_BYTES = 3_000;
    private static final String SESSIONS_POSTGRES = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 2";
    private static final String SESSIONS_MARIADB = "SELECT id FROM information_schema.processlist"
            + " WHERE db = database() AND id <> connection_id() ORDER BY rand() LIMIT 2";

    private final BankWorld world;
    private final Consumer<String> progress;
    private final ConcurrentHashMap<Object, ReentrantLock> taken = new ConcurrentHashMap<>();

    Nemesis(BankWorld world, Consumer<String> progress) {
        this.world = world;
        this.progress = progress;
    }

    /** Returns when all is over and everything runs again. */
    void strike(List<Fault> faults, int atOnce) throws Exception {
        ExecutorService lanes = Executors.newFixedThreadPool(atOnce);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (Fault fault : faults) {
                tasks.add(() -> {
                    Pause.of(fault.after());
                    progress.accept(fault.toString());
                    strike(fault);
                    return null;
                });
            }
            for (Future<Void> done : lanes.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            lanes.shutdownNow();
        }
    }

    private void strike(Fault fault) throws Exception {
        SplittableRandom random = new SplittableRandom(fault.chance());
        switch (fault.kind()) {
            case KILL_COORDINATOR -> killNode(any(world.coordinators(), random), fault, 1);
            case KILL_COORDINATOR_AGAIN -> killNode(any(world.coordinators(), random), fault, 2);
            case KILL_EXCHANGE -> killNode(any(world.exchanges(), random), fault, 1);
            case KILL_POSTGRES -> killServer(Place.POSTGRES, fault);
            case KILL_MARIADB -> killServer(Place.MARIADB, fault);
            case KILL_EXCHANGE_DATABASE -> killServer(Place.EXCHANGE, fault);
            case END_SESSIONS_POSTGRES -> endSessions(Place.POSTGRES, fault);
            case END_SESSIONS_MARIADB -> endSessions(Place.MARIADB, fault);
            case END_SESSIONS_EXCHANGE -> endSessions(Place.EXCHANGE, fault);
            case CUT, HALF_OPEN, DEAF, STALL, RESET, LOSE_REPLY -> disturb(any(world.links(), random), fault, random);
            case FREEZE_COORDINATOR -> freeze(any(world.coordinators(), random), fault);
            case FREEZE_EXCHANGE -> freeze(any(world.exchanges(), random), fault);
            case FREEZE_DATABASE -> freeze(any(world.places(), random), fault);
        }
    }

    private static <T> T any(List<T> all, RandomGenerator random) {
        return all.get(random.nextInt(all.size()));
    }

    private interface Blow {
        void fall() throws Exception;
    }

    private void alone(Object target, Blow blow) throws Exception {
        ReentrantLock lock = taken.computeIfAbsent(target, t -> new ReentrantLock());
        lock.lock();
        try {
            blow.fall();
        } finally {
            lock.unlock();
        }
    }

    private void killNode(BankNode node, Fault fault, int times) throws Exception {
        alone(node, () -> {
            for (int i = 0; i < times; i++) {
                node.kill();
                Pause.of(fault.lasts());
                node.start();
                node.awaitReady();
                if (i + 1 < times) {
                    // its first look for what it left behind comes at once
                    Pause.of(Duration.ofMillis(new SplittableRandom(fault.chance()).nextInt(1_000)));
                }
            }
        });
    }

    private void freeze(BankNode node, Fault fault) throws Exception {
        alone(node, () -> {
            node.freeze();
            Pause.of(fault.lasts());
            node.thaw();
        });
    }

    private void killServer(Place place, Fault fault) throws Exception {
        alone(place, () -> {
            world.database(place).kill();
            Pause.of(fault.lasts());
            world.database(place).restart();
        });
    }

    private void freeze(Place place, Fault fault) throws Exception {
        alone(place, () -> {
            world.database(place).pause();
            Pause.of(fault.lasts());
            world.database(place).resume();
        });
    }

    private void endSessions(Place place, Fault fault) throws Exception {
        alone(place, () -> during(fault, () -> endSomeSessions(world.database(place))));
    }

    private static void during(Fault fault, Blow blow) throws Exception {
        long end = System.nanoTime() + fault.lasts().toNanos();
        while (System.nanoTime() < end) {
            blow.fall();
            Pause.of(BETWEEN_BLOWS);
        }
    }

    private static void endSomeSessions(TestDatabase database) {
        boolean postgres = database.engine() == Engine.POSTGRESQL;
        try (Connection connection = database.connect();
                Statement find = connection.createStatement();
                ResultSet found = find.executeQuery(postgres ? SESSIONS_POSTGRES : SESSIONS_MARIADB)) {
            while (found.next() && !postgres) {
                try (Statement end = connection.createStatement()) {
                    end.execute("KILL " + found.getLong(1));
                }
            }
        } catch (SQLException e) {
            // it has ended by itself meanwhile
        }
    }

    private void disturb(FaultProxy link, Fault fault, RandomGenerator random) throws Exception {
        alone(link, () -> {
            switch (fault.kind()) {
                case CUT -> link.cut();
                case HALF_OPEN -> link.halfOpen();
                case DEAF -> link.swallow(Direction.REPLIES);
                case STALL -> link.stall(random.nextBoolean() ? Direction.REPLIES : Direction.REQUESTS);
                case RESET -> link.resetAfter(Direction.REPLIES, random.nextInt(LONGEST_ANSWER_BYTES));
                default -> during(fault, () -> link.dropReplyTo(any(List.of("", "COMMIT", "PREPARE"), random)));
            }
            if (fault.kind() != FaultKind.LOSE_REPLY) {
                Pause.of(fault.lasts());
            }
            link.heal();
        });
    }
}
