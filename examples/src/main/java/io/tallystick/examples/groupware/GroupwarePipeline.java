package io.tallystick.examples.groupware;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.examples.service.ServiceMain;
import java.nio.file.Path;

/** Runs the pipeline file that the variable {@code PIPELINE_FILE} names, as a program of anybody's would; a process of its own. */
public final class GroupwarePipeline {

    static final String FILE = "PIPELINE_FILE";

    private GroupwarePipeline() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.live(settings -> {
            var unused = PipelineRun.start(Path.of(System.getenv(FILE)));
            return 0;
        });
    }
}
