package io.tallystick.cdc.replicator;

import io.tallystick.cdc.replicator.PipelineBoard.Audit;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.TallystickException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * An order on its way to the targets. Two that are given at the same moment have the same number at first; the one that comes second to
 * a target is made again on top of the other, so that neither is lost.
 *
 * @param act what is ordered, in one word
 * @param change what it makes of the orders that stand
 * @param holds whether it is among them
 */
record NewOrder(String act, Order order, UnaryOperator<PipelineOrders> change, Predicate<PipelineOrders> holds) {

    /** Each turn is lost to an order of somebody else, and people do not give them that fast. */
    private static final int TURNS = 20;

    static NewOrder pause(Order order, UnaryOperator<PipelineOrders> change) {
        return new NewOrder("pause", order, change, orders -> order.equals(orders.paused()));
    }

    static NewOrder resume(Order order, UnaryOperator<PipelineOrders> change) {
        return new NewOrder("resume", order, change, orders -> orders.paused() == null);
    }

    static NewOrder resync(Order order) {
        return new NewOrder(
                "resync", order, orders -> orders.withResync(order), orders -> order.equals(orders.resync()));
    }

    /**
     * What came of it.
     *
     * @param told targets that have it
     * @param silent targets that did not answer, with the reason
     */
    record Given(PipelineOrders orders, List<String> told, Map<String, String> silent) {}

    /** Stores it at every target that answers; those that do not are told by the runner when they are back. */
    Given give(PipelineOrders known, Map<String, PipelineBoard> boards) {
        for (int turn = 0; turn < TURNS; turn++) {
            Map<String, String> silent = new LinkedHashMap<>();
            Map<String, PipelineOrders> found = read(boards, silent);
            List<PipelineOrders> all = new ArrayList<>(found.values());
            all.add(known);
            PipelineOrders standing = PipelineOrders.newest(all);
            boolean given = turn > 0 && holds.test(standing);
            PipelineOrders next = given ? standing : change.apply(standing);
            List<String> told = new ArrayList<>();
            if (isTold(next, found, boards, told, silent)) {
                return new Given(next, told, silent);
            }
        }
        throw new ConflictException(act + " could not be ordered: others give orders all the time; try again");
    }

    private static Map<String, PipelineOrders> read(Map<String, PipelineBoard> boards, Map<String, String> silent) {
        Map<String, PipelineOrders> found = new LinkedHashMap<>();
        boards.forEach((name, board) -> {
            try {
                found.put(name, board.read().orders());
            } catch (TallystickException e) {
                silent.put(name, String.valueOf(e.getMessage()));
            }
        });
        return found;
    }

    /** False when others came first at one of them. */
    private boolean isTold(
            PipelineOrders next,
            Map<String, PipelineOrders> found,
            Map<String, PipelineBoard> boards,
            List<String> told,
            Map<String, String> silent) {
        for (Map.Entry<String, PipelineOrders> target : found.entrySet()) {
            String name = target.getKey();
            PipelineBoard board = Objects.requireNonNull(boards.get(name));
            try {
                if (!target.getValue().equals(next)
                        && !board.order(next, new Audit(act, order, "order " + next.number()))) {
                    return false;
                }
                told.add(name);
            } catch (TallystickException e) {
                silent.put(name, String.valueOf(e.getMessage()));
            }
        }
        return true;
    }
}
