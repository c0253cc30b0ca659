package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import java.util.function.BiPredicate;

/**
 * A pipeline without a reading.
 *
 * @param order whether one position covers another
 */
record Alone(BiPredicate<Position, Position> order) implements Upstream {

    @Override
    public String pipelineAt(ReplicatedTarget target) {
        return "test/db";
    }

    @Override
    public String originAt(ReplicatedTarget target) {
        return "nowhere";
    }

    @Override
    public TargetSession claim(ReplicatedTarget target) {
        TargetSession session = TargetSession.claim(target.dataSource(), target.dialect(), "test/db");
        if (session.position() == null) {
            session.begin(new Position("0"));
        }
        return session;
    }

    @Override
    public boolean covers(Position position, Position other) {
        return order.test(position, other);
    }

    @Override
    public void readAgain(String why) {
        throw new AssertionError(why);
    }

    @Override
    public void fenced(FencedException why) {
        throw new AssertionError(why);
    }

    @Override
    public CdcRuntime runtime() {
        return CdcRuntime.real();
    }
}
