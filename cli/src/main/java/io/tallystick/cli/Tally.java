package io.tallystick.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The root of the command line: without a command it prints the help and ends with 2, the code for wrong usage. Exit codes are
 * in {@link Exit}. Not for use by several threads.
 */
@Command(
        name = "tally",
        description = "Keeps the data of microservices in agreement.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            DemoCommand.class,
            SagaCommand.class,
            TxCommand.class,
            PipelineCommand.class,
            LintCommand.class,
            ExploreCommand.class,
            DiagramCommand.class,
            AdviseCommand.class,
            SchemaCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            CommandLine.HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, and everything checked holds",
            "1:a check failed, or a judgement found something",
            "2:wrong usage, or a pipeline file with mistakes",
            "3:the database cannot be reached, or somebody was faster; nothing happened",
            "4:refused by the saga's owner, by what is durable or by the database; or not there",
            "5:nobody knows yet: a request is queued, an answer was lost, a branch has not followed",
            "70:a defect of tally; run it again with --verbose and report that"
        },
        footer = {
            "",
            "A database is named by --url, --user and --password-file, or by TALLY_URL, TALLY_USER and TALLY_PASSWORD.",
            "Run from the repository: `tally test` runs all tests, `tally clean` deletes the build."
        })
public final class Tally implements Runnable {

    private static final int NARROWEST_HELP = 55;
    private static final int WIDEST_HELP = 100;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "show the stack trace of an error and what the library logs")
    private boolean verbose;

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        Session session =
                new Session(System.getenv(), Terminal.ask(), writer(FileDescriptor.out), writer(FileDescriptor.err));
        System.exit(commandLine(session).execute(args));
    }

    static CommandLine commandLine(Session session) {
        CommandLine line = new CommandLine(new Tally(), session.factory());
        line.setOut(session.out());
        line.setErr(session.err());
        line.setExecutionExceptionHandler(new Failures(session.terminal()));
        line.setParameterExceptionHandler(new Misuse(session.terminal()));
        line.setExecutionStrategy(parsed -> {
            if (((Tally) line.getCommand()).verbose) {
                ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.INFO);
            }
            return new CommandLine.RunLast().execute(parsed);
        });
        line.setExpandAtFiles(false);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(Math.max(
                NARROWEST_HELP, Math.min(WIDEST_HELP, session.terminal().width())));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                session.terminal().colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        return line;
    }

    /** A system without a language setting says ASCII, yet its terminal shows UTF-8 like any other. */
    private static PrintWriter writer(FileDescriptor descriptor) {
        String named = System.getProperty("native.encoding", "UTF-8");
        Charset charset = Charset.isSupported(named) ? Charset.forName(named) : StandardCharsets.UTF_8;
        Charset chosen = charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), chosen), true);
    }

    boolean verbose() {
        return verbose;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say which command to run.");
    }
}
