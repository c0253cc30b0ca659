package io.tallystick.examples.play;

import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.service.Client;
import io.tallystick.examples.service.FaultSettings;
import io.tallystick.examples.world.Servant;
import io.tallystick.examples.world.World;
import io.tallystick.message.OperationKey;
import io.tallystick.saga.StepRefused;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Where one flow is played, and those who act in it: asks services until they have answered, as a careful client does, and
 * switches faults. Thread-safe.
 */
public final class Stage {

    static final Duration LONGEST = Duration.ofSeconds(60);

    private final Theatre theatre;
    private final Flow flow;

    Stage(Theatre theatre, Flow flow) {
        this.theatre = theatre;
        this.flow = flow;
    }

    public World world() {
        return theatre.world();
    }

    /** The flow's sagas. */
    public Sagas sagas() {
        return new Sagas(this);
    }

    public void say(String sentence) {
        theatre.say(sentence);
    }

    /** A fault was injected on purpose; counts it. */
    public void injected(Fault fault, String where) {
        theatre.injected(fault, where);
    }

    /** Something of this flow was started, has ended, or was helped. */
    public void count(Theatre.Mark mark) {
        theatre.count(flow, mark);
    }

    /** Asks a service to do something, under one key, until it has answered. */
    public void tell(String service, String path, String key, Object body) {
        Client client = world().service(service).client();
        untilAnswered(() -> client.post(path, OperationKey.action(key, "set-up"), body));
    }

    /** Waits until something holds, at most a minute; returns whether it does. */
    public boolean await(Supplier<Boolean> condition) {
        return await(LONGEST, condition);
    }

    /** Waits until something holds, at most so long; returns whether it does. */
    public static boolean await(Duration longest, Supplier<Boolean> condition) {
        Pace pace = Pace.limited(longest);
        while (!condition.get()) {
            if (!pace.next()) {
                return false;
            }
        }
        return true;
    }

    /** Changes what goes wrong in a service. */
    public void faults(String service, UnaryOperator<FaultSettings> change) {
        Servant servant = world().service(service);
        servant.faults(change.apply(servant.faults()));
    }

    /** Asks for at most a minute; a business no is an answer, too. */
    public static <T> T untilAnswered(Supplier<T> question) {
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
