package io.tallystick.cli;

import io.tallystick.saga.SagaDiagram;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally diagram}. */
@Command(
        name = "diagram",
        description = "Draw a saga as SVG, or as Mermaid text for documents.",
        mixinStandardHelpOptions = true)
final class DiagramCommand implements Callable<Integer> {

    @Mixin
    private DesignOptions designs;

    @Mixin
    private Output output;

    @Option(names = "--mermaid", description = "Mermaid text instead of SVG")
    private boolean mermaid;

    @Option(names = "--out", paramLabel = "FILE", description = "write to this file instead of standard output")
    private @Nullable Path out;

    @Override
    public Integer call() {
        Design design = designs.one();
        String picture = mermaid ? SagaDiagram.mermaid(design.graph()) : SagaDiagram.svg(design.graph());
        if (output.json()) {
            output.json(java.util.Map.of("saga", design.graph().type(), mermaid ? "mermaid" : "svg", picture));
        } else if (out != null) {
            ExploreCommand.write(out, picture);
            output.aside("Drawn: " + out);
        } else {
            output.line(picture);
        }
        return Exit.OK;
    }
}
