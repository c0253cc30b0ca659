package io.tallystick.examples.play;

import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.FlowCounters;
import io.tallystick.examples.service.Faults;
import io.tallystick.examples.world.Servant;
import io.tallystick.examples.world.World;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One run of one or more plays: their common world, who listens, and what is counted. Thread-safe. */
public final class Theatre {

    private final World world;
    private final DemoListener listener;
    private final Map<Flow, Tally<Mark>> marks = new ConcurrentHashMap<>();
    private final Tally<Fault> struck = new Tally<>();

    /** What is counted for each flow. */
    public enum Mark {
        STARTED,
        COMPLETED,
        UNDONE,
        HELPED
    }

    public Theatre(World world, DemoListener listener) {
        this.world = world;
        this.listener = listener;
    }

    public World world() {
        return world;
    }

    public DemoListener listener() {
        return listener;
    }

    /** Where one flow is played. */
    public Stage stage(Flow flow) {
        marks.computeIfAbsent(flow, which -> new Tally<>());
        return new Stage(this, flow);
    }

    void count(Flow flow, Mark mark) {
        marks.computeIfAbsent(flow, which -> new Tally<>()).count(mark);
    }

    void say(String sentence) {
        synchronized (listener) {
            listener.said(sentence);
        }
    }

    /** A fault was injected on purpose; counts it. */
    void injected(Fault fault, String where) {
        struck.count(fault);
        synchronized (listener) {
            listener.injected(fault, where);
        }
    }

    /**
     * The numbers so far.
     *
     * @param parked how many of each flow wait for a person now
     */
    public DemoCounters counters(Map<Flow, Long> parked) {
        Map<Flow, FlowCounters> flows = new EnumMap<>(Flow.class);
        marks.forEach((flow, tally) -> flows.put(
                flow,
                new FlowCounters(
                        tally.of(Mark.STARTED),
                        tally.of(Mark.COMPLETED),
                        tally.of(Mark.UNDONE),
                        parked.getOrDefault(flow, 0L),
                        tally.of(Mark.HELPED))));
        return new DemoCounters(flows, struck.all());
    }

    /** Adds what struck inside the services, and on their lines, since they were started. */
    public void countInside() {
        for (Servant servant : world.services()) {
            struck.add(Fault.LOST_ANSWER, servant.lines().lostAnswers());
            servant.struck().forEach((kind, count) -> {
                if (kind != Faults.Kind.MAINTENANCE) {
                    struck.add(Fault.valueOf(kind.name()), count);
                }
            });
        }
    }
}
