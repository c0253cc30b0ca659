package io.tallystick.examples.play;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.Flow;
import io.tallystick.examples.world.Role;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends customers at a steady rate, whatever becomes of those before, while a fault plan strikes; then lets everything come
 * to rest. For one run.
 */
public final class Load {

    private static final Logger LOG = LoggerFactory.getLogger(Load.class);
    private static final Duration REST = Duration.ofSeconds(120);
    /** Whoever asks a service that was just killed waits with his thread until it is back. */
    private static final int CUSTOMERS = 32;
    /** Starting a killed service again takes a thread for a second or two. */
    private static final int STRIKERS = 4;

    private final Theatre theatre;
    private final List<Role> roles;
    private final List<Company> companies;
    private final DemoOptions options;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    public Load(Theatre theatre, List<? extends Play> plays, DemoOptions options) {
        this.theatre = theatre;
        this.roles = plays.stream().flatMap(play -> play.roles().stream()).toList();
        this.companies = plays.stream()
                .map(play -> new Company(play.flow(), play.crowd(theatre.stage(play.flow()))))
                .toList();
        this.options = options;
    }

    /** The customers of one flow. */
    private record Company(Flow flow, Crowd crowd) {}

    /** Blocks until the time is over and everything has ended, or two minutes later. */
    public List<Check> run() {
        FaultPlan plan = FaultPlan.of(options.seed(), options.faults(), roles, options.duration());
        ExecutorService customers = Executors.newFixedThreadPool(CUSTOMERS);
        try {
            strikeAndAsk(plan, customers);
            theatre.say("Nothing more is started; everything that was started has to end.");
            theatre.world().calm();
            customers.shutdown();
            awaitEnd(customers);
            watchFor(REST, true);
        } finally {
            customers.shutdownNow();
        }
        theatre.countInside();
        return checks();
    }

    /** The numbers so far. */
    public DemoCounters counters() {
        Map<Flow, Long> parked = new EnumMap<>(Flow.class);
        companies.forEach(company -> parked.put(company.flow(), company.crowd().parked()));
        return theatre.counters(parked);
    }

    private void strikeAndAsk(FaultPlan plan, ExecutorService customers) {
        ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(STRIKERS);
        try {
            new FaultStriker(theatre, scheduler).begin(plan, options.faults());
            long pause = Math.max(1, (long) (1_000_000 / options.rate()));
            var starting = scheduler.scheduleAtFixedRate(
                    () -> customers.execute(this::askOnce), 0, pause, TimeUnit.MICROSECONDS);
            watchFor(options.duration(), false);
            starting.cancel(false);
        } finally {
            scheduler.shutdownNow();
            awaitEnd(scheduler);
        }
    }

    private void askOnce() {
        int number = asked.incrementAndGet();
        SplittableRandom chance = new SplittableRandom(options.seed() * 31 + number);
        Company company = companies.get(number % companies.size());
        try {
            company.crowd().ask(chance, options.faults(), number);
            answered.incrementAndGet();
        } catch (RuntimeException e) {
            // counted as asked and not as answered, which fails a check
            LOG.warn("customer number {} got no answer from {}", number, company.flow(), e);
        }
    }

    private void watchFor(Duration time, boolean untilAllEnded) {
        DemoListener listener = theatre.listener();
        Pace pace = Pace.limited(time);
        int round = 0;
        while (!(untilAllEnded ? rest().isEmpty() : listener.enough()) && pace.next()) {
            if (round++ % 10 == 0) {
                companies.forEach(company -> company.crowd().look());
                synchronized (listener) {
                    listener.counted(counters());
                }
            }
        }
    }

    private List<String> rest() {
        return companies.stream()
                .flatMap(company -> company.crowd().rest().stream())
                .toList();
    }

    private List<Check> checks() {
        List<String> rest = rest();
        String all = answered.get() + " of " + answered.get();
        return List.of(
                Check.equal("Every customer who asked for something was answered", asked.get(), answered.get()),
                new Check(
                        "Everything that was started has ended",
                        answered.get() > 0 && rest.isEmpty(),
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
