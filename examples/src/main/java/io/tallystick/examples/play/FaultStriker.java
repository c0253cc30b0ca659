package io.tallystick.examples.play;

import io.tallystick.examples.Fault;
import io.tallystick.examples.play.FaultPlan.Strike;
import io.tallystick.examples.service.FaultSettings;
import io.tallystick.examples.world.Servant;
import io.tallystick.testkit.db.TestDatabase;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries a fault plan out on its caller's scheduler, and remembers how often what struck. */
final class FaultStriker {

    private static final Logger LOG = LoggerFactory.getLogger(FaultStriker.class);
    private static final double LOST_REPLY = 0.05;
    private static final double DUPLICATE = 0.05;
    private static final double SLOW = 0.02;

    private final Theatre theatre;
    private final ScheduledExecutorService scheduler;

    FaultStriker(Theatre theatre, ScheduledExecutorService scheduler) {
        this.theatre = theatre;
        this.scheduler = scheduler;
    }

    /** Sets the chances inside the services, and schedules the plan. */
    void begin(FaultPlan plan, Set<Fault> faults) {
        FaultSettings chances = FaultSettings.NONE
                .lostReply(faults.contains(Fault.LOST_REPLY) ? LOST_REPLY : 0)
                .duplicate(faults.contains(Fault.DUPLICATE) ? DUPLICATE : 0)
                .slow(faults.contains(Fault.SLOW) ? SLOW : 0);
        theatre.world().services().forEach(servant -> servant.faults(chances));
        for (Strike strike : plan.strikes()) {
            long begin = strike.at().toMillis();
            later(begin, () -> begin(strike));
            later(begin + strike.length().toMillis(), () -> end(strike));
        }
    }

    private void later(long millis, Runnable act) {
        var unused = scheduler.schedule(() -> carefully(act), millis, TimeUnit.MILLISECONDS);
    }

    /** A fault that cannot be injected, because its service is just dead, is no failure of the run. */
    private static void carefully(Runnable act) {
        try {
            act.run();
        } catch (RuntimeException e) {
            LOG.info("a planned fault did not come about: {}", e.toString());
        }
    }

    private void begin(Strike strike) {
        switch (strike.fault()) {
            case KILL_TARGET, KILL_SOURCE, MAIL_DOWN -> beginAt(database(strike), strike);
            default -> beginAt(theatre.world().service(strike.service()), strike);
        }
    }

    private void beginAt(TestDatabase database, Strike strike) {
        if (!database.isRunning()) {
            return;
        }
        if (strike.fault() == Fault.MAIL_DOWN) {
            database.stop();
        } else {
            database.kill();
        }
        theatre.injected(strike.fault(), strike.service());
    }

    private void beginAt(Servant servant, Strike strike) {
        if (!servant.isAlive()) {
            return;
        }
        switch (strike.fault()) {
            case KILL_SERVICE, KILL_ENGINE, KILL_COORDINATOR, KILL_PIPELINE -> servant.kill();
            case MAINTENANCE -> servant.faults(servant.faults().maintenance(true));
            case SHIPPING_FAILS -> servant.faults(servant.faults().refusing(true));
            case LOST_ANSWER -> servant.lines().loseAnswers();
            default -> throw new IllegalArgumentException("nobody knows how to plan " + strike.fault());
        }
        if (strike.fault() != Fault.LOST_ANSWER) {
            // whether there was an answer to lose is known to the line, and counted there
            theatre.injected(strike.fault(), strike.service());
        }
    }

    private void end(Strike strike) {
        switch (strike.fault()) {
            case KILL_TARGET, KILL_SOURCE, MAIL_DOWN -> endAt(database(strike));
            default -> endAt(theatre.world().service(strike.service()), strike);
        }
    }

    /** Two faults may have struck it at the same time: whichever ends first brings it back. */
    private static void endAt(TestDatabase database) {
        synchronized (database) {
            if (!database.isRunning()) {
                database.restart();
            }
        }
    }

    private static void endAt(Servant servant, Strike strike) {
        switch (strike.fault()) {
            case KILL_SERVICE, KILL_ENGINE, KILL_COORDINATOR, KILL_PIPELINE -> servant.restart();
            case MAINTENANCE -> servant.faults(servant.faults().maintenance(false));
            case LOST_ANSWER -> servant.lines().heal();
            default -> servant.faults(servant.faults().refusing(false));
        }
    }

    private TestDatabase database(Strike strike) {
        return theatre.world().database(strike.service());
    }
}
