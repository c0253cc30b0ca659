package io.tallystick.examples.play;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.Fault;
import io.tallystick.examples.service.Faults;
import io.tallystick.examples.world.Role;
import io.tallystick.examples.world.Servant;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
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

    private final Stage stage;
    private final List<FlowPlay> plays;
    private final DemoOptions options;
    private final Watch watch;
    private final Tally<Fault> struck = new Tally<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong started = new AtomicLong();

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
        ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(CUSTOMERS);
        try {
            new FaultStriker(stage, struck, scheduler).begin(plan, options.faults());
            long pause = Math.max(1, (long) (1_000_000 / options.rate()));
            var starting = scheduler.scheduleAtFixedRate(
                    () -> scheduler.execute(this::startOne), 0, pause, TimeUnit.MICROSECONDS);
            watchFor(options.duration(), false);
            starting.cancel(false);
            stage.say("No more sagas are started; everything that was started has to end.");
        } finally {
            scheduler.shutdownNow();
            awaitEnd(scheduler);
        }
        stage.world().calm();
        watchFor(REST, true);
        return checks();
    }

    /** The numbers so far. */
    public DemoCounters counters() {
        return new DemoCounters(
                started.get(),
                watch.ended("COMPLETED"),
                watch.ended("COMPENSATED"),
                watch.parked(),
                watch.interventions(),
                struck.all());
    }

    private void startOne() {
        int number = numbers.incrementAndGet();
        SplittableRandom chance = new SplittableRandom(options.seed() * 31 + number);
        FlowPlay play = plays.get(number % plays.size());
        asked.incrementAndGet();
        try {
            Wish wish = play.wish(stage, chance, options.faults(), number);
            watch.add(new Watch.Watched(stage.start(wish), wish, play));
            started.incrementAndGet();
            if (wish.fault() != null) {
                struck.count(wish.fault());
            }
        } catch (RuntimeException e) {
            // the run is over while this customer was still trying; or a defect, which the books would show
            LOG.info("saga number {} was not started: {}", number, e.toString());
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
        countInside();
        List<String> rest = watch.rest();
        return List.of(new Check(
                "Sagas were started and every one of them has ended",
                started.get() > 0 && rest.isEmpty(),
                started.get() + " of " + started.get(),
                rest.isEmpty() ? started.get() + " of " + started.get() : "still under way: " + rest));
    }

    private void countInside() {
        for (Servant servant : stage.world().services()) {
            servant.struck().forEach((kind, count) -> {
                if (kind != Faults.Kind.MAINTENANCE) {
                    struck.add(Fault.valueOf(kind.name()), count);
                }
            });
        }
    }

    private static void awaitEnd(ScheduledExecutorService scheduler) {
        try {
            scheduler.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
