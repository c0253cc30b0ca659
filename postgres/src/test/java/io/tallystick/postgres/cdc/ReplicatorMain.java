package io.tallystick.postgres.cdc;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineStatus;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A process that runs the pipeline of a file until it is killed, or until another one has taken the pipeline over. */
final class ReplicatorMain {

    private static final long LOOK_NANOS = 100_000_000;

    private ReplicatorMain() {}

    public static void main(String[] args) {
        try (PipelineRun run = PipelineRun.start(Path.of(args[0]))) {
            PipelineStatus.State last = PipelineStatus.State.STARTING;
            while (last != PipelineStatus.State.FENCED && last != PipelineStatus.State.NEEDS_RESYNC) {
                PipelineStatus status = run.status();
                if (status.state() != last) {
                    last = status.state();
                    System.out.println(last + " " + status.reason());
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }
}
