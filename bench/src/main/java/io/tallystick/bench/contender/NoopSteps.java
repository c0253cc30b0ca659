package io.tallystick.bench.contender;

/** Three steps that do nothing: what is left is the cost of the engine. */
public final class NoopSteps implements Workload {
    @Override
    public String name() {
        return "noop";
    }
}
