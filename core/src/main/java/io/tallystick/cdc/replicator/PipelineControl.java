package io.tallystick.cdc.replicator;

import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Orders of a person for a whole pipeline, whether it runs or not: stored at every target that answers, with who and why, and followed
 * by the runner within a second. Thread-safe.
 */
public final class PipelineControl {

    private final String pipeline;
    private final Map<String, PipelineBoard> boards = new LinkedHashMap<>();
    private final InstantSource clock;

    private PipelineControl(String pipeline, Map<String, Jdbc> targets, InstantSource clock) {
        this.pipeline = pipeline;
        this.clock = clock;
        targets.forEach((name, jdbc) -> boards.put(name, new PipelineBoard(jdbc, pipeline + "/" + name)));
    }

    /** @param targets by their names in the pipeline, in its order */
    public static PipelineControl of(String pipeline, Map<String, Jdbc> targets) {
        return new PipelineControl(pipeline, targets, CdcRuntime.real().clock());
    }

    /**
     * What came of an order.
     *
     * @param silent targets that did not answer, with the reason: the runner tells them when they are back
     */
    public record Outcome(PipelineOrders orders, Map<String, String> silent) {}

    /**
     * Lets the pipeline rest: nothing is read and nothing is written until {@link #resume}, and the source keeps its log.
     *
     * @throws RejectedException when it is paused already
     * @throws UnavailableException when no target answers
     */
    public Outcome pause(String who, String why) {
        Order order = order(who, why);
        return give(NewOrder.pause(order, orders -> {
            Order pause = orders.paused();
            if (pause != null) {
                throw new RejectedException("pipeline " + pipeline + " is paused already, since " + pause.at() + " by "
                        + pause.who() + ": " + pause.why());
            }
            return orders.withPause(order);
        }));
    }

    /**
     * Lets it go on.
     *
     * @throws RejectedException when it is not paused
     * @throws UnavailableException when no target answers
     */
    public Outcome resume(String who, String why) {
        return give(NewOrder.resume(order(who, why), orders -> {
            if (orders.paused() == null) {
                throw new RejectedException(
                        "pipeline " + pipeline + " is not paused; tally pipeline status shows what it waits for");
            }
            return orders.withPause(null);
        }));
    }

    /**
     * Takes a new position at the source and copies all tables anew; rows that the source has no more are deleted where that can be
     * told. Changes that wait in quarantine are given up: the copy brings their rows as they are.
     *
     * @throws UnavailableException when no target answers
     */
    public Outcome resync(String who, String why) {
        return give(NewOrder.resync(order(who, why)));
    }

    private Order order(String who, String why) {
        return new Order(who, why, clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    private Outcome give(NewOrder order) {
        NewOrder.Given given = order.give(PipelineOrders.NONE, boards);
        if (given.told().isEmpty()) {
            throw new UnavailableException(
                    "no target of pipeline " + pipeline + " answers, so nothing is ordered: " + given.silent(), null);
        }
        return new Outcome(given.orders(), given.silent());
    }
}
