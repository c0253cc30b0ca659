package io.tallystick.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How a command answers: for people, or with --json for programs, always one JSON document on standard output. */
@Command
final class Output {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(names = "--json", description = "answer with one JSON document")
    private boolean json;

    boolean json() {
        return json;
    }

    void json(Object document) {
        out().println(JSON.writeValueAsString(document));
    }

    Terminal terminal() {
        return Session.of(spec).terminal();
    }

    void line(String text) {
        out().println(text);
    }

    void line(Cell... cells) {
        StringBuilder line = new StringBuilder();
        for (Cell cell : cells) {
            line.append(cell.tone().paint(cell.text(), terminal()));
        }
        line(line.toString());
    }

    void heading(String text) {
        line("");
        line(new Cell(text, Tone.STRONG));
    }

    void table(Table table) {
        lines(table.lines(terminal()));
    }

    /** What is not part of the answer: hints and what goes on meanwhile. */
    void aside(String text) {
        spec.commandLine().getErr().println(text);
        spec.commandLine().getErr().flush();
    }

    private void lines(List<String> lines) {
        lines.forEach(this::line);
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
