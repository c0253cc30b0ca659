package io.tallystick.examples.twophase;

import io.tallystick.examples.points.PointsUse;
import io.tallystick.examples.service.Json;
import io.tallystick.examples.service.Service;
import io.tallystick.xa.HeuristicException;
import io.tallystick.xa.OutcomeUnknownException;
import io.tallystick.xa.XaOutcome;

/** Where customers ask a service to use their points, and what became of it. Thread-safe. */
final class Counter {

    private final Bookings bookings;
    private final Work work;

    private Counter(Bookings bookings, Work work) {
        this.bookings = bookings;
        this.work = work;
    }

    /** All or nothing. */
    @FunctionalInterface
    interface Work {
        void use(PointsUse use) throws Exception;
    }

    /**
     * What a customer is told.
     *
     * @param why if it was not done; empty otherwise
     */
    record Answer(XaOutcome outcome, String why) {}

    /** {@code /uses} and {@code /settlements/<use>}; the decisions and these bookings are in one database. */
    static void open(Service service, Work work) {
        Counter counter = new Counter(new Bookings(service.jdbc()), work);
        service.ask("/uses", (rest, body) -> Json.write(counter.use(Json.read(body, PointsUse.class))));
        service.ask(
                "/settlements/", (use, body) -> Json.write(new Answer(counter.bookings.settle(use), "was looked up")));
    }

    private Answer use(PointsUse use) {
        return bookings.outcome(use.id())
                .map(known -> new Answer(known, "was asked for before"))
                .orElseGet(() -> attempt(use));
    }

    private Answer attempt(PointsUse use) {
        try {
            work.use(use);
            return new Answer(XaOutcome.COMMITTED, "");
        } catch (OutcomeUnknownException e) {
            return new Answer(XaOutcome.UNKNOWN, String.valueOf(e.getMessage()));
        } catch (HeuristicException e) {
            return new Answer(XaOutcome.MIXED, String.valueOf(e.getMessage()));
        } catch (Exception e) {
            // what the engine lets through has been rolled back
            return new Answer(XaOutcome.ROLLED_BACK, String.valueOf(e.getMessage()));
        }
    }
}
