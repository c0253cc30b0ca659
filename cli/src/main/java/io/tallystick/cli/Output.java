package io.tallystick.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** How a command answers: for people, or with --json for programs, always one JSON document on standard output. */
@Command
final class Output {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final int WIDEST_TEXT = 110;
    private static final int NARROWEST_TEXT = 20;

    private final Session session;

    @Option(names = "--json", description = "answer with one JSON document")
    private boolean json;

    Output(Session session) {
        this.session = session;
    }

    boolean json() {
        return json;
    }

    void json(Object document) {
        out().println(JSON.writeValueAsString(document));
    }

    Terminal terminal() {
        return session.terminal();
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

    /** A label and a text that goes on below itself where the line ends. */
    void wrapped(String label, String text) {
        String indent = " ".repeat(2);
        int room = Math.min(terminal().width(), WIDEST_TEXT) - indent.length() - TextWidth.of(label);
        boolean first = true;
        for (String part : TextWidth.wrap(TextWidth.printable(text), Math.max(room, NARROWEST_TEXT))) {
            line(Cell.quiet(indent + (first ? label : " ".repeat(TextWidth.of(label)))), Cell.of(part));
            first = false;
        }
    }

    /** A mark, a name and what is said of it, which goes on below the name where the line ends. */
    void sentence(Cell mark, String name, String said) {
        String indent = " ".repeat(TextWidth.of(mark.text()));
        int room = Math.max(Math.min(terminal().width(), WIDEST_TEXT) - indent.length(), NARROWEST_TEXT);
        List<String> parts = TextWidth.wrap(TextWidth.printable(name + said), room);
        String first = parts.get(0);
        boolean whole = first.startsWith(name);
        line(mark, new Cell(whole ? name : "", Tone.STRONG), Cell.of(whole ? first.substring(name.length()) : first));
        parts.stream().skip(1).forEach(part -> line(indent + part));
    }

    void heading(String text) {
        line("");
        TextWidth.wrap(text, terminal().width()).forEach(part -> line(new Cell(part, Tone.STRONG)));
    }

    void table(Table table) {
        lines(table.lines(terminal()));
    }

    /** Text that moves the cursor. */
    void raw(String text) {
        out().print(text);
        out().flush();
    }

    /** What is not part of the answer: hints and what goes on meanwhile. */
    void aside(String text) {
        session.err().println(TextWidth.message(text, terminal().width()));
        session.err().flush();
    }

    private void lines(List<String> lines) {
        lines.forEach(this::line);
    }

    private PrintWriter out() {
        return session.out();
    }
}
