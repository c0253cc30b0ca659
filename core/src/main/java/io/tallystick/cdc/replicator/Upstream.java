package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;

/** What a target's loop knows of the pipeline it belongs to. Safe for all threads. */
interface Upstream {

    /** The name under which this target's position stands. */
    String pipelineAt(ReplicatedTarget target);

    /** What is written into the target's log with every transaction of this pipeline. */
    String originAt(ReplicatedTarget target);

    /** Claims the target and agrees with the reading on where it stands. */
    TargetSession claim(ReplicatedTarget target) throws InterruptedException;

    boolean covers(Position position, Position other);

    /** Asks for everything again that not every target has applied. */
    void readAgain(String why);

    /** Somebody else runs this pipeline now. */
    void fenced(FencedException why);

    CdcRuntime runtime();
}
