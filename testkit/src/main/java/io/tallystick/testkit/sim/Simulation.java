package io.tallystick.testkit.sim;

import io.tallystick.testkit.time.VirtualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One seeded run: a random generator, virtual clocks and a queue of events by virtual time. Invariants are checked after
 * every event, validations when the run is over (after the test method, with {@link SeedTest}).
 *
 * <p>Events of the same time happen in the order in which they were scheduled, so a seed always tells the same story as
 * long as the code under test takes its time and randomness from here. Not thread-safe.
 */
public final class Simulation {
    private static final int TRACE_LENGTH = 25;
    private static final long DEFAULT_EVENT_LIMIT = 1_000_000;

    private final long seed;
    private final String replay;
    private final RandomGenerator random;
    private final VirtualClock clock = new VirtualClock();
    private final List<VirtualClock> clocks = new ArrayList<>(List.of(clock));
    private final PriorityQueue<SimEvent> queue = new PriorityQueue<>();
    private final Map<String, Invariant> invariants = new LinkedHashMap<>();
    private final Map<String, Validation> validations = new LinkedHashMap<>();
    private final Deque<String> trace = new ArrayDeque<>();
    private Duration elapsed = Duration.ZERO;
    private long eventLimit = DEFAULT_EVENT_LIMIT;
    private long scheduled;
    private long happened;

    /** A run outside {@link SeedTest}, for example in a {@code main}. */
    public Simulation(long seed) {
        this(seed, "new Simulation(" + seed + ")");
    }

    Simulation(long seed, String replay) {
        this.seed = seed;
        this.replay = replay;
        this.random = new SplittableRandom(seed);
    }

    /** The number that all of this run's randomness comes from. */
    public long seed() {
        return seed;
    }

    /** The run's random numbers. */
    public RandomGenerator random() {
        return random;
    }

    /**
     * A stream of random numbers of its own, a function of seed and name: drawing from one stream does not change what
     * another one gives.
     */
    public RandomGenerator random(String name) {
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
    }

    /** True with this probability, 0 to 1. */
    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** A random duration from {@code least} to {@code most}, both included, in nanoseconds. */
    public Duration between(Duration least, Duration most) {
        return Duration.ofNanos(random.nextLong(least.toNanos(), most.toNanos() + 1));
    }

    /** The clock for the code under test. It follows the run; a test may make it jump, which does not reorder events. */
    public VirtualClock clock() {
        return clock;
    }

    /** Another machine's clock, which starts at the time of the first one, follows the run and jumps on its own. */
    public VirtualClock newClock() {
        VirtualClock another = new VirtualClock(clock.instant());
        clocks.add(another);
        return another;
    }

    /** The virtual time since the start; never goes back. */
    public Duration elapsed() {
        return elapsed;
    }

    /** How many events have happened. */
    public long happened() {
        return happened;
    }

    /** How many events one run may have before it counts as endless; one million unless set. */
    public Simulation limitEvents(long most) {
        this.eventLimit = most;
        return this;
    }

    /** Checks this after every event, and once before the first. */
    public Simulation invariant(String name, Invariant invariant) {
        invariants.put(name, invariant);
        return this;
    }

    /** Checks this when the run is over. */
    public Simulation validation(String name, Validation validation) {
        validations.put(name, validation);
        return this;
    }

    /** Lets something happen after this delay; zero means next, after what is already due now. */
    public SimEvent after(Duration delay, String name, SimAction action) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay of '" + name + "': expected zero or more, found " + delay);
        }
        SimEvent event = new SimEvent(elapsed.plus(delay), scheduled++, name, action);
        queue.add(event);
        return event;
    }

    /** Lets something happen at a random time from {@code least} to {@code most} from now. */
    public SimEvent within(Duration least, Duration most, String name, SimAction action) {
        return after(between(least, most), name, action);
    }

    /** Lets something happen again and again, first after one interval. Such a run ends by time or by a condition. */
    public void every(Duration interval, String name, SimAction action) {
        if (interval.isZero() || interval.isNegative()) {
            throw new IllegalArgumentException(
                    "interval of '" + name + "': expected more than zero, found " + interval);
        }
        after(interval, name, () -> {
            every(interval, name, action);
            action.run();
        });
    }

    /** Runs until nothing is scheduled any more. */
    public void run() {
        runWhile(() -> true, null);
    }

    /** Runs everything due within this time, then moves the clocks to its end. */
    public void runFor(Duration duration) {
        Duration end = elapsed.plus(duration);
        runWhile(() -> true, end);
        moveTo(end);
    }

    /**
     * Runs until the condition holds, checking it before each event.
     *
     * @throws SimulationFailure when it does not hold within this virtual time
     */
    public void runUntil(String what, Duration within, BooleanSupplier condition) {
        Duration end = elapsed.plus(within);
        runWhile(() -> !condition.getAsBoolean(), end);
        if (!condition.getAsBoolean()) {
            throw failure("waited " + within + " of virtual time for: " + what, null);
        }
    }

    /** Checks all validations; {@link SeedTest} does it after the test method. */
    public void validate() {
        validations.forEach((name, validation) -> guarded("validation '" + name + "'", validation::check));
    }

    private void runWhile(BooleanSupplier goOn, @Nullable Duration end) {
        checkInvariants();
        while (goOn.getAsBoolean()) {
            SimEvent next = queue.peek();
            if (next == null || end != null && next.due().compareTo(end) > 0) {
                return;
            }
            queue.remove();
            if (!next.isCancelled()) {
                perform(next);
            }
        }
    }

    private void perform(SimEvent event) {
        if (++happened > eventLimit) {
            throw failure(
                    "more than " + eventLimit + " events: the run does not end (limitEvents sets the limit)", null);
        }
        moveTo(event.due());
        remember(event);
        guarded("event '" + event.name() + "'", event.action());
        checkInvariants();
    }

    private void moveTo(Duration time) {
        Duration step = time.minus(elapsed);
        clocks.forEach(each -> each.advance(step));
        elapsed = time;
    }

    private void remember(SimEvent event) {
        if (trace.size() == TRACE_LENGTH) {
            trace.removeFirst();
        }
        trace.addLast("  " + happened + ". " + event);
    }

    private void checkInvariants() {
        invariants.forEach((name, invariant) -> guarded("invariant '" + name + "'", invariant::check));
    }

    private void guarded(String what, SimAction action) {
        try {
            action.run();
        } catch (SimulationFailure e) {
            throw e;
        } catch (Exception | AssertionError e) {
            throw failure(what + " failed: " + e, e);
        }
    }

    SimulationFailure failure(String what, @Nullable Throwable cause) {
        String events = trace.isEmpty() ? "  (none)" : String.join("\n", trace);
        return new SimulationFailure(
                what + "\nseed " + seed + ", event " + happened + ", virtual time +" + elapsed + "\nlast events:\n"
                        + events + "\nreplay: " + replay,
                cause);
    }
}
