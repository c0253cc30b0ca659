package io.tallystick.bench.contender;

/** As {@link NoopSteps}, and every tenth saga is refused at its last step and compensates the two before. */
public final class RefusedSteps implements Workload {
    @Override
    public String name() {
        return "refused";
    }

    @Override
    public boolean refuses(int step, long saga) {
        return step == STEPS && saga % 10 == 9;
    }
}
