package io.tallystick.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** What surrounds a run of the command line; a test brings its own. */
record Session(Map<String, String> environment, Terminal terminal, PrintWriter out, PrintWriter err) {

    /** Gives the session to the groups of options that need it; picocli makes everything else. */
    IFactory factory() {
        IFactory plain = CommandLine.defaultFactory();
        return new IFactory() {
            @Override
            public <K> K create(Class<K> type) throws Exception {
                if (type == DatabaseOptions.class) {
                    return type.cast(new DatabaseOptions(Session.this));
                }
                if (type == Output.class) {
                    return type.cast(new Output(Session.this));
                }
                if (type == WhoOptions.class) {
                    return type.cast(new WhoOptions(Session.this));
                }
                if (type == ActOptions.class) {
                    return type.cast(new ActOptions(Session.this));
                }
                if (type == DesignOptions.class) {
                    return type.cast(new DesignOptions(Session.this));
                }
                return plain.create(type);
            }
        };
    }
}
