package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineFileException;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.io.PrintWriter;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command threw into a sentence, the next command, and an exit code. The stack trace is for --verbose. */
final class Failures implements IExecutionExceptionHandler {

    private final Terminal terminal;

    Failures(Terminal terminal) {
        this.terminal = terminal;
    }

    /** How the command was told where the databases are, and so what there is to mend. */
    private enum Given {
        OPTIONS,
        RESOURCES,
        FILE;

        static Given to(String command) {
            return command.contains(" pipeline ") ? FILE : command.contains(" tx ") ? RESOURCES : OPTIONS;
        }
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        Tally tally = (Tally) line.getCommandSpec().root().userObject();
        if (tally.verbose()) {
            failure.printStackTrace(err);
        }
        if (failure instanceof Stop stop) {
            say(err, stop.getMessage());
            return stop.code();
        }
        if (failure instanceof PipelineFileException wrong) {
            say(err, wrong.getMessage());
            return Exit.USAGE;
        }
        if (failure instanceof TallystickException known) {
            say(err, message(known));
            hint(known, Given.to(line.getCommandSpec().qualifiedName() + " "), err);
            return code(known);
        }
        if (failure instanceof IllegalArgumentException) {
            say(err, failure.getMessage());
            return Exit.USAGE;
        }
        say(
                err,
                "something went wrong inside tally: " + failure
                        + ". Run it again with --verbose and report what it prints.");
        return Exit.DEFECT;
    }

    private void say(PrintWriter err, @Nullable String message) {
        String text = String.valueOf(message);
        String ended = text + (text.endsWith(".") || text.contains("\n") ? "" : ".");
        err.println(TextWidth.message("tally: " + ended, terminal.width()));
        err.flush();
    }

    /** What failed and what to do, for a place that is a part of an answer. */
    static String inOneLine(TallystickException failure, boolean pipeline) {
        String hint = hint(failure, pipeline ? Given.FILE : Given.OPTIONS);
        return message(failure) + (hint == null ? "" : ". " + hint);
    }

    /** A missing table or right is told without the statement that found it out. */
    private static @Nullable String message(TallystickException failure) {
        SQLException sql = sql(failure);
        if (sql == null
                || !(failure instanceof RejectedException)
                || isLogin(failure)
                || missing(sql, Given.OPTIONS) == null) {
            return failure.getMessage();
        }
        return "the database says: " + reason(failure);
    }

    /** What the database said, without the statement that it said it of. */
    static String reason(TallystickException failure) {
        SQLException sql = sql(failure);
        return sql == null
                ? String.valueOf(failure.getMessage())
                : String.valueOf(sql.getMessage()).lines().findFirst().orElse("");
    }

    /** What a command ends with. */
    static int code(TallystickException failure) {
        if (failure instanceof UnavailableException || failure instanceof ConflictException) {
            return Exit.UNREACHABLE;
        }
        return failure instanceof UnknownOutcomeException ? Exit.UNKNOWN : Exit.REFUSED;
    }

    /** Whether there is not even a connection. */
    private static boolean isLogin(TallystickException failure) {
        return String.valueOf(failure.getMessage()).startsWith("cannot connect to ");
    }

    private void hint(TallystickException failure, Given given, PrintWriter err) {
        String hint = hint(failure, given);
        if (hint != null) {
            err.println(TextWidth.message("       " + hint, terminal.width()));
            err.flush();
        }
    }

    private static @Nullable String hint(TallystickException failure, Given given) {
        boolean pipeline = given == Given.FILE;
        SQLException sql = sql(failure);
        if (failure instanceof RejectedException && sql != null) {
            return isLogin(failure) ? login(given) : missing(sql, given);
        }
        if (failure instanceof UnavailableException) {
            return "Nothing happened. Check that the database runs and that host and port in "
                    + switch (given) {
                        case FILE -> "the file";
                        case RESOURCES -> "--resource";
                        case OPTIONS -> "--url";
                    }
                    + " are right, then repeat it.";
        }
        if (failure instanceof UnknownOutcomeException && pipeline) {
            return "It may have happened. Look first, with tally pipeline status or tally pipeline quarantine, before you repeat it.";
        }
        if (failure instanceof UnknownOutcomeException) {
            return "It may have happened. Look first, with tally saga show, tally saga list or tally tx show, before you repeat it.";
        }
        if (failure instanceof ConflictException) {
            return "Somebody else was faster. Nothing happened; repeat it.";
        }
        return failure instanceof CorruptionException
                ? "This is for a person to look at: do not repeat it before the cause is known."
                : null;
    }

    private static String login(Given given) {
        return switch (given) {
            case FILE -> "Check url, user and password in the file.";
            case RESOURCES ->
                "Check --user and the password (TALLY_PASSWORD or --password-file; where they differ, TALLY_USER_NAME and"
                        + " TALLY_PASSWORD_NAME for --resource name=…), and the database named in the URL.";
            case OPTIONS ->
                "Check --user and the password (TALLY_PASSWORD or --password-file), and the database named in --url.";
        };
    }

    private static @Nullable String missing(SQLException sql, Given given) {
        boolean pipeline = given == Given.FILE;
        for (Dialect dialect : new Dialect[] {Dialect.POSTGRESQL, Dialect.MARIADB}) {
            if (SqlErrors.isMissingTable(sql, dialect)) {
                return pipeline
                        ? "Tallystick's tables are not there: tally pipeline run --install makes them, or tally schema install cdc"
                        : "Tallystick's tables are not there. Is it the right database (and schema)? To make them:"
                                + " tally schema install";
            }
            if (SqlErrors.isMissingPrivilege(sql, dialect)) {
                return "The user may not do that. See which rights are missing: tally "
                        + (pipeline ? "pipeline check" : "schema check");
            }
        }
        return null;
    }

    private static @Nullable SQLException sql(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }
}
