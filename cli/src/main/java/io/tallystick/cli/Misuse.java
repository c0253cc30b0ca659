package io.tallystick.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Wrong usage: the mistake, what was probably meant, and where the help is. A command that only groups others shows its help. */
final class Misuse implements IParameterExceptionHandler {

    private final Terminal terminal;

    Misuse(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleParseException(ParameterException mistake, String[] args) {
        CommandLine line = mistake.getCommandLine();
        PrintWriter err = line.getErr();
        String text = mistake instanceof UnmatchedArgumentException unmatched
                        && !unmatched.getUnmatched().isEmpty()
                ? "'" + unmatched.getUnmatched().get(0) + "' is nothing that "
                        + line.getCommandSpec().qualifiedName(" ") + " knows"
                : String.valueOf(mistake.getMessage()).replaceFirst("^Error: ", "");
        err.println(TextWidth.message("tally: " + text + (text.endsWith(".") ? "" : "."), terminal.width()));
        boolean guessed = UnmatchedArgumentException.printSuggestions(mistake, err);
        String name = line.getCommandSpec().qualifiedName(" ");
        if (!line.getSubcommands().isEmpty() && !guessed) {
            err.println();
            line.usage(err);
        } else {
            err.println("       How to use it: " + name + " --help");
        }
        err.flush();
        return Exit.USAGE;
    }
}
