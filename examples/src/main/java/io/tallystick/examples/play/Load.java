package io.tallystick.examples.play;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.world.Role;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts sagas at a steady rate, whatever becomes of those before, while a fault plan strikes; then lets everything come
 * to rest. For one run.
 */
public final class Load {

    private static final Logger LOG = LoggerFactory.getLogger(Load.class);
    private static final Duration REST = Duration.ofSeconds(120);
    private static final int CUSTOMERS = 24;
    /** Starting a killed service again takes a thread for a second or two. */
    private static final int STRIKERS = 4;

    private final Stage stage;
    private final List<FlowPlay> plays;
    private final DemoOptions options;
    private final Watch watch;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger started = new AtomicInteger();

    public Load(Stage stage, List<FlowPlay> plays, DemoOptions options) {
        this.stage = stage;
        this.plays = plays;
        this.options = options;
        this.watch = new Watch(stage);
    }

    /** Blocks until the time is over and all sagas have ended, or two minutes later. */
    public List<Check> run() {
        List<Role> roles = plays.stream().flatMap(play -> play.roles().stream()).toList();
        FaultPlan plan = FaultPlan.of(options.seed(), options.faults(), roles, options.duration());
        ExecutorService customers = Executors.newFixedThreadPool(CUSTOMERS);
        try {
            strikeAndStart(plan, customers);
            stage.say("No more sagas are started; everything that was started has to end.");
            stage.world().calm();
            customers.shutdown();
            awaitEnd(customers);
            watchFor(REST, true);
        } finally {
            customers.shutdownNow();
        }
        stage.countInside();
        return checks();
    }

    /** The numbers so far. */
    public DemoCounters counters() {
        return stage.counters(watch.parked());
    }

    private void strikeAndStart(FaultPlan plan, ExecutorService customers) {
        ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(STRIKERS);
        try {
            new FaultStriker(stage, scheduler).begin(plan, options.faults());
            long pause = Math.max(1, (long) (1_000_000 / options.rate()));
            var starting = scheduler.scheduleAtFixedRate(
                    () -> customers.execute(this::startOne), 0, pause, TimeUnit.MICROSECONDS);
            watchFor(options.duration(), false);
            starting.cancel(false);
        } finally {
            scheduler.shutdownNow();
            awaitEnd(scheduler);
        }
    }

    private void startOne() {
        int number = asked.incrementAndGet();
        SplittableRandom chance = new SplittableRandom(options.seed() * 31 + number);
        FlowPlay play = plays.get(number % plays.size());
        try {
            Wish wish = play.wish(stage, chance, options.faults(), number);
            watch.add(new Watch.Watched(stage.start(wish), wish, play));
            started.incrementAndGet();
            if (wish.fault() != null) {
                stage.injected(wish.fault(), wish.key());
            }
        } catch (RuntimeException e) {
            // counted as asked and not as started, which fails a check
            LOG.warn("saga number {} was not started", number, e);
        }
    }

    private void watchFor(Duration time, boolean untilAllEnded) {
        Pace pace = Pace.limited(time);
        int round = 0;
        while (!(untilAllEnded ? watch.unfinished() == 0 : stage.listener().enough()) && pace.next()) {
            if (round++ % 10 == 0) {
                watch.look();
                synchronized (stage.listener()) {
                    stage.listener().counted(counters());
                }
            }
        }
    }

    private List<Check> checks() {
        List<String> rest = watch.rest();
        String all = started.get() + " of " + started.get();
        return List.of(
                Check.equal("Every customer who asked for something was answered", asked.get(), started.get()),
                new Check(
                        "Sagas were started and every one of them has ended",
                        started.get() > 0 && rest.isEmpty(),
                        all,
                        rest.isEmpty() ? all : "still under way: " + rest));
    }

    private static void awaitEnd(ExecutorService executor) {
        try {
            executor.awaitTermination(REST.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
