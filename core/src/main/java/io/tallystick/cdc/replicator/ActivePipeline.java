package io.tallystick.cdc.replicator;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.replicator.PipelineRunner.Plan;
import io.tallystick.jdbc.TallystickException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a runner has open while it works: the pipeline, its spool, and what the source holds for it. Nothing of it is let go before all
 * threads of the pipeline have ended. For the thread of the runner, but for {@link #pipeline()}.
 */
final class ActivePipeline {

    private static final Logger LOG = LoggerFactory.getLogger(ActivePipeline.class);

    private final Plan plan;
    private volatile @Nullable Pipeline pipeline;
    private @Nullable PieceSpool spool;

    ActivePipeline(Plan plan) {
        this.plan = plan;
    }

    /** Null while none runs. Any thread may ask. */
    @Nullable
    Pipeline pipeline() {
        return pipeline;
    }

    /**
     * One process at a time can have it open: to be called by whoever is to run, and not before.
     *
     * @throws NoSpoolException when it cannot be used
     */
    void openSpool() {
        try {
            spool = spool == null ? plan.spool().get() : spool;
        } catch (TallystickException e) {
            throw new NoSpoolException(e);
        }
    }

    /** Forgets what lies in the spool, and where the log was read; the new beginning. */
    Position readAnew() {
        PieceSpool opened = spool;
        if (opened != null) {
            try {
                opened.clear();
            } catch (TallystickException e) {
                throw new NoSpoolException(e);
            }
        }
        return plan.source().establishAnew(plan.tables());
    }

    /**
     * @param runner see {@link Pipeline#runBy}
     * @param mostIdle see {@link Pipeline#endsIdleAfter}
     */
    void begin(ResyncOrder resync, String runner, Duration mostIdle) {
        Pipeline made = Pipeline.of(plan.name(), plan.source(), plan.tables(), plan.targets(), plan.settings(), spool);
        made.resync(resync);
        made.endsIdleAfter(mostIdle);
        made.runBy(runner);
        made.start();
        pipeline = made;
    }

    /** Ends the pipeline and lets everything go; false when a thread still works after so long: then nothing is let go yet. */
    boolean ends(Duration longest) {
        Pipeline running = pipeline;
        if (running != null && !running.ends(longest)) {
            return false;
        }
        pipeline = null;
        PieceSpool opened = spool;
        if (opened != null) {
            spool = null;
            opened.close();
        }
        try {
            plan.source().rest();
        } catch (RuntimeException e) {
            LOG.warn("pipeline {} rests, but its source holds on: {}", plan.name(), e.getMessage());
        }
        return true;
    }
}
