package io.tallystick.examples.play;

import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.Fault;
import io.tallystick.examples.service.Client;
import io.tallystick.examples.service.FaultSettings;
import io.tallystick.examples.service.Faults;
import io.tallystick.examples.service.Json;
import io.tallystick.examples.service.Orchestrator.Standing;
import io.tallystick.examples.world.Servant;
import io.tallystick.examples.world.World;
import io.tallystick.message.OperationKey;
import io.tallystick.saga.Intervention;
import io.tallystick.saga.StepRefused;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A world and those who act in it: asks services until they have answered, as a careful client does, and switches faults.
 * Thread-safe.
 */
public final class Stage {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final World world;
    private final DemoListener listener;
    private final Tally<Fault> struck = new Tally<>();
    private final Tally<String> ends = new Tally<>();
    private final AtomicLong starts = new AtomicLong();
    private final AtomicLong interventions = new AtomicLong();

    public Stage(World world, DemoListener listener) {
        this.world = world;
        this.listener = listener;
    }

    public World world() {
        return world;
    }

    public DemoListener listener() {
        return listener;
    }

    public void say(String sentence) {
        synchronized (listener) {
            listener.said(sentence);
        }
    }

    /** A fault was injected on purpose; counts it. */
    public void injected(Fault fault, String where) {
        struck.count(fault);
        synchronized (listener) {
            listener.injected(fault, where);
        }
    }

    /** Asks a service to do something, under one key, until it has answered. */
    public void tell(String service, String path, String key, Object body) {
        Client client = world.service(service).client();
        untilAnswered(() -> client.post(path, OperationKey.action(key, "set-up"), body));
    }

    /** Starts a saga; asked again under the same business key until the orchestrator has answered. Returns the saga's id. */
    public String start(Wish wish) {
        Client client = world.service(wish.orchestrator()).client();
        String path = "/starts/" + wish.saga() + "/" + wish.key();
        String body = Json.write(wish.payload());
        String saga = Json.read(untilAnswered(() -> client.ask("POST", path, body)), String.class);
        starts.incrementAndGet();
        return saga;
    }

    /** How far sagas of one orchestrator have come. */
    public List<Standing> standings(String orchestrator, List<String> sagas) {
        Client client = world.service(orchestrator).client();
        return List.of(Json.read(client.ask("POST", "/standings", Json.write(sagas)), Standing[].class));
    }

    /** Waits until the saga stands as wanted, at most a minute; returns how it stands then. */
    public Standing await(Wish wish, String saga, Predicate<Standing> wanted) {
        Pace pace = Pace.limited(LONGEST);
        Standing standing = standing(wish, saga);
        while (!wanted.test(standing) && pace.next()) {
            standing = standing(wish, saga);
        }
        return standing;
    }

    /** Waits until something holds, at most a minute; returns whether it does. */
    public boolean await(Supplier<Boolean> condition) {
        Pace pace = Pace.limited(LONGEST);
        while (!condition.get()) {
            if (!pace.next()) {
                return false;
            }
        }
        return true;
    }

    /** The end of a saga: {@code COMPLETED}, {@code COMPENSATED}, {@code PARKED}, or what it is after a minute. */
    public String settled(Wish wish, String saga) {
        Standing end = await(wish, saga, s -> s.status().matches("COMPLETED|COMPENSATED|PARKED"));
        ended(end.status());
        return end.status();
    }

    /** A person steps in; asked until answered. */
    public void intervene(Wish wish, String saga, Intervention intervention) {
        Client client = world.service(wish.orchestrator()).client();
        untilAnswered(() -> client.ask("POST", "/interventions/" + saga, Json.write(intervention)));
        interventions.incrementAndGet();
    }

    /** Changes what goes wrong in a service. */
    public void faults(String service, UnaryOperator<FaultSettings> change) {
        Servant servant = world.service(service);
        servant.faults(change.apply(servant.faults()));
    }

    /** A saga was seen to have ended. */
    void ended(String status) {
        ends.count(status);
    }

    /**
     * The numbers so far.
     *
     * @param parked sagas that wait for a person now
     */
    public DemoCounters counters(long parked) {
        return new DemoCounters(
                starts.get(), ends.of("COMPLETED"), ends.of("COMPENSATED"), parked, interventions.get(), struck.all());
    }

    /** Adds what struck inside the services since they were started. */
    public void countInside() {
        for (Servant servant : world.services()) {
            servant.struck().forEach((kind, count) -> {
                if (kind != Faults.Kind.MAINTENANCE) {
                    struck.add(Fault.valueOf(kind.name()), count);
                }
            });
        }
    }

    private Standing standing(Wish wish, String saga) {
        return untilAnswered(() -> standings(wish.orchestrator(), List.of(saga)))
                .get(0);
    }

    private static <T> T untilAnswered(Supplier<T> question) {
        Pace pace = Pace.limited(LONGEST);
        while (true) {
            try {
                return question.get();
            } catch (StepRefused e) {
                throw e;
            } catch (RuntimeException e) {
                if (!pace.next()) {
                    throw e;
                }
            }
        }
    }
}
