package io.tallystick.cli;

import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** What surrounds a run of the command line; a test brings its own. */
record Session(Map<String, String> environment, Terminal terminal) {

    static Session of(CommandSpec spec) {
        return ((Tally) spec.root().userObject()).session();
    }
}
