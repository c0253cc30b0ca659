package io.tallystick.examples.points;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.tallystick.examples.points.PointCommands.RestorePoints;
import io.tallystick.examples.points.PointCommands.UsePoints;
import io.tallystick.examples.service.Alarm;
import io.tallystick.saga.Remedy;
import io.tallystick.saga.RetryPolicy;
import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;

/** Points used on a bill, in the two ways a saga can recover. */
public final class PointsSaga {

    /** The name of {@link #backward}. */
    public static final String BACKWARD = "card-points-backward";
    /** The name of {@link #forward}. */
    public static final String FORWARD = "card-points-forward";

    private static final RetryPolicy PATIENT = new RetryPolicy(ofMillis(200), ofSeconds(2), 60);
    private static final RetryPolicy BRIEF = new RetryPolicy(ofMillis(200), ofSeconds(1), 8);

    private PointsSaga() {}

    /**
     * When the payment service says no, or cannot be reached in the end, the points are restored. A lost reply is no
     * failure: the payment is asked for again under the same key until its outcome is known.
     */
    public static SagaDefinition<PointsUse> backward() {
        return Saga.define(BACKWARD, PointsUse.class)
                .step("use-points")
                .command(PointCommands.CHANNEL, UsePoints::from)
                .compensate(RestorePoints::from)
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("pay")
                .http("payment", "/discounts")
                .compensate("/discount-recalls")
                .onGiveUp(Remedy.COMPENSATE)
                .pivot()
                .timeout(ofSeconds(2))
                .retry(BRIEF)
                .deadline(ofMinutes(10))
                .onParked(Alarm::ring)
                .build();
    }

    /** Once the points are used, the payment is retried until it is done; when that does not help, a person is asked. */
    public static SagaDefinition<PointsUse> forward() {
        return Saga.define(FORWARD, PointsUse.class)
                .step("use-points")
                .command(PointCommands.CHANNEL, UsePoints::from)
                .pivot()
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("pay")
                .http("payment", "/discounts")
                .forwardOnly()
                .accept(
                        "forward-only-can-refuse",
                        "a bill that takes no points is a person's case; the points are used")
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .deadline(ofMinutes(10))
                .onParked(Alarm::ring)
                .build();
    }
}
