package io.tallystick.cli;

import io.tallystick.saga.Exploration;
import io.tallystick.saga.SagaExplorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally explore}. */
@Command(
        name = "explore",
        description =
                "Walk a saga through every failure and show how it can end. Ends with 1 if something is violated.",
        mixinStandardHelpOptions = true)
final class ExploreCommand implements Callable<Integer> {

    @Mixin
    private DesignOptions designs;

    @Mixin
    private Output output;

    @Option(
            names = "--faults",
            paramLabel = "N",
            defaultValue = "2",
            description = "faults at the same time (${DEFAULT-VALUE})")
    private int faults;

    @Option(names = "--acts", paramLabel = "N", defaultValue = "1", description = "acts of a person (${DEFAULT-VALUE})")
    private int acts;

    @Option(
            names = "--without-barrier",
            description = "participants that neither dedupe nor refuse what comes too late")
    private boolean withoutBarrier;

    @Option(names = "--html", paramLabel = "FILE", description = "write a page as well")
    private @Nullable Path html;

    @Override
    public Integer call() {
        if (faults < 0 || faults > 4 || acts < 0 || acts > 3) {
            throw new IllegalArgumentException(
                    "--faults was " + faults + " and --acts " + acts + ", expected 0 to 4 and 0 to 3");
        }
        Design design = designs.one();
        SagaExplorer explorer = design.explorer().faults(faults).acts(acts);
        Exploration found = (withoutBarrier ? explorer.withoutBarrier() : explorer).run();
        if (html != null) {
            write(html, found.toHtml());
        }
        if (output.json()) {
            output.line(found.toJson());
        } else {
            print(found);
        }
        return found.violations().isEmpty() && found.complete() ? Exit.OK : Exit.FINDINGS;
    }

    private void print(Exploration found) {
        output.line(
                new Cell(found.saga(), Tone.STRONG),
                Cell.of("  " + String.format("%,d", found.situations()) + " situations with up to " + faults + " faults"
                        + (found.complete() ? "" : ", but not all: the limit was reached, try --faults 1")));
        output.line("");
        Table table = new Table(
                Table.Column.fixed("ENDS"),
                Table.Column.number("PATHS"),
                Table.Column.wrapped("STEPS THEN"),
                Table.Column.wrapped("FOR EXAMPLE"));
        for (Exploration.Ending ending : found.endings()) {
            Cell mark = Marks.of(ending.status());
            table.row(
                    new Cell(mark.text() + (ending.person() ? ", after a person acted" : ""), mark.tone()),
                    ending.paths() == Long.MAX_VALUE ? "very many" : String.format("%,d", ending.paths()),
                    ending.steps(),
                    Cell.quiet(
                            ending.example().isEmpty() ? "nothing goes wrong" : String.join(" → ", ending.example())));
        }
        output.table(table);
        output.line("");
        if (found.violations().isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("nothing is doubled, lost or left behind"));
        }
        found.violations().forEach(this::print);
    }

    private void print(Exploration.Violation violation) {
        output.line(new Cell("✕ violated: ", Tone.BAD), Cell.of(violation.what()));
        List<String> path = violation.path();
        output.line("    1. the saga starts");
        for (int i = 0; i < path.size(); i++) {
            output.line("    " + (i + 2) + ". " + path.get(i));
        }
    }

    static void write(Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw new Stop(
                    Exit.USAGE,
                    "the file " + file + " cannot be written (" + e.getClass().getSimpleName()
                            + "); name another place");
        }
    }
}
