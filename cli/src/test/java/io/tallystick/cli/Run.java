package io.tallystick.cli;

import io.tallystick.testkit.db.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import picocli.CommandLine;

/** One command in this JVM: what it printed and how it ended. */
record Run(int exit, String out, String err) {

    static Run of(String... args) {
        return of(Map.of(), Terminal.PIPE, args);
    }

    /** With the database in the environment, as a service would have it. */
    static Run on(TestDatabase database, String... args) {
        return of(environment(database), Terminal.PIPE, args);
    }

    static Run on(TestDatabase database, Terminal terminal, String... args) {
        return of(environment(database), terminal, args);
    }

    static Run of(Map<String, String> environment, Terminal terminal, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Tally.commandLine(
                new Session(environment, terminal, new PrintWriter(out, true), new PrintWriter(err, true)));
        int exit = line.execute(args);
        return new Run(exit, out.toString(), err.toString());
    }

    static Map<String, String> environment(TestDatabase database) {
        return new HashMap<>(Map.of(
                "TALLY_URL", database.url(), "TALLY_USER", database.user(), "TALLY_PASSWORD", database.password()));
    }
}
