package io.tallystick.debezium;

import io.tallystick.cdc.GapException;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What failures of Oracle's driver and of Debezium's connector mean, and what to do about them. */
final class OracleFailures {

    private static final Pattern CODE = Pattern.compile("ORA-\\d{5}");

    private OracleFailures() {}

    static Optional<TallystickException> explain(Throwable failure, OracleSettings settings) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            Optional<TallystickException> meaning = explain(String.valueOf(each.getMessage()), failure, settings);
            if (meaning.isPresent()) {
                return meaning;
            }
        }
        return Optional.empty();
    }

    private static Optional<TallystickException> explain(String said, Throwable failure, OracleSettings settings) {
        if (said.contains("db history topic is missing") || said.contains("schema history is missing")) {
            return Optional.of(new GapException("the history of the tables' shapes in " + settings.schemaHistory()
                    + " is lost, so the log of " + settings.url()
                    + " cannot be read on. Bring the file back; or, when no table of the pipeline was altered since it was"
                    + " lost, start once with debezium: {snapshot.mode: recovery}; or copy the tables anew"));
        }
        if (said.contains("no longer available on the server") || said.contains("do not contain the offset")) {
            return Optional.of(gap(settings, said));
        }
        Matcher code = CODE.matcher(said);
        return code.find() ? byCode(code.group(), said, failure, settings) : unreachable(said, failure, settings);
    }

    private static GapException gap(OracleSettings settings, String said) {
        return new GapException("the archived log of " + settings.url()
                + " no longer reaches back to where the target stands (" + said
                + "). Restore the archived logs, or copy the tables anew; keep them longer, docs/oracle.md tells how");
    }

    private static Optional<TallystickException> byCode(
            String code, String said, Throwable failure, OracleSettings settings) {
        String at = settings.url() + " answers " + said.strip() + ". ";
        return switch (code) {
            case "ORA-01017", "ORA-28000", "ORA-28001" ->
                Optional.of(new RejectedException(at + "Correct 'user' and 'password' of the source", failure));
            case "ORA-00942", "ORA-01031", "ORA-01435" ->
                Optional.of(new RejectedException(
                        at + "User " + settings.connection().user()
                                + " lacks a right; docs/oracle.md lists the GRANT statements of the LogMiner user",
                        failure));
            case "ORA-01325", "ORA-01346" ->
                Optional.of(new RejectedException(
                        at
                                + "LogMiner needs ARCHIVELOG mode and supplemental logging; tally pipeline check tells the statements",
                        failure));
            case "ORA-01291", "ORA-01284", "ORA-01292", "ORA-00308" -> Optional.of(gap(settings, said));
            case "ORA-65011" ->
                Optional.of(new RejectedException(
                        at + "Correct debezium: {database.pdb.name: ...} of the source, which is '"
                                + settings.pluggable() + "'",
                        failure));
            case "ORA-12154", "ORA-12505", "ORA-12514" ->
                Optional.of(new UnavailableException(
                        at + "Correct the service or SID in 'url' of the source, or start that database", failure));
            case "ORA-12541", "ORA-12170", "ORA-17002", "ORA-17800", "ORA-17820", "ORA-12543", "ORA-12545" ->
                Optional.of(away(at, failure));
            default -> Optional.empty();
        };
    }

    private static Optional<TallystickException> unreachable(String said, Throwable failure, OracleSettings settings) {
        boolean away =
                said.contains("Network Adapter") || said.contains("Connection refused") || said.contains("UnknownHost");
        return away ? Optional.of(away(settings.url() + " answers " + said + ". ", failure)) : Optional.empty();
    }

    private static UnavailableException away(String at, Throwable failure) {
        return new UnavailableException(
                at
                        + "Start the listener, open the port to this machine, or correct host and port in 'url' of the source",
                failure);
    }
}
