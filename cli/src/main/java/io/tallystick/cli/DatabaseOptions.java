package io.tallystick.cli;

import io.tallystick.jdbc.Jdbc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Which database, for every command that needs one. A password comes from a file or the environment, never as an argument. */
@Command
final class DatabaseOptions {

    private static final Pattern SECRET_IN_URL = Pattern.compile("(?i)[?&;]password=|//[^/@?]*:[^/@?]*@");
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9_:/.,=@%+-]+");
    private static final String CONNECT_SECONDS = "5";

    private final Session session;

    @Option(
            names = "--url",
            paramLabel = "JDBC-URL",
            description = "database, such as jdbc:postgresql://host/db or jdbc:mariadb://host/db (else TALLY_URL)")
    private @Nullable String url;

    @Option(names = "--user", paramLabel = "NAME", description = "database user (else TALLY_USER)")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "file whose first line is the password (else TALLY_PASSWORD)")
    private @Nullable Path passwordFile;

    DatabaseOptions(Session session) {
        this.session = session;
    }

    /** A connection that is opened on first use. */
    Database open() {
        Map<String, String> environment = session.environment();
        String given = url != null ? url : environment.get("TALLY_URL");
        if (given == null || given.isBlank()) {
            throw wrong("Say which database: --url jdbc:postgresql://host:5432/database, or set TALLY_URL.");
        }
        if (url != null) {
            refuseSecret(url);
        }
        String address = normal(given.strip());
        return new Database(address, properties(address, environment));
    }

    /** Another database than the one named by --url; TALLY_USER_NAME and TALLY_PASSWORD_NAME may name its own user. */
    Database open(String otherUrl, String name) {
        refuseSecret(otherUrl);
        Map<String, String> environment = session.environment();
        String address = normal(otherUrl.strip());
        Properties properties = properties(address, environment);
        String suffix = "_" + name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
        String ownUser = environment.get("TALLY_USER" + suffix);
        if (ownUser != null) {
            properties.setProperty("user", ownUser);
        }
        String ownPassword = environment.get("TALLY_PASSWORD" + suffix);
        if (ownPassword != null) {
            properties.setProperty("password", ownPassword);
        }
        return new Database(address, properties);
    }

    private static void refuseSecret(String given) {
        if (SECRET_IN_URL.matcher(given).find()) {
            throw wrong(
                    "The URL has a password in it, which everybody on this machine can see in the list of processes."
                            + " Take it out and set TALLY_PASSWORD, or use --password-file FILE.");
        }
    }

    /** Whether a database was named at all. */
    boolean named(Map<String, String> environment) {
        return url != null || environment.containsKey("TALLY_URL");
    }

    /** What was given as options, for another command. */
    String again() {
        return option("--url", url)
                + option("--user", user)
                + option("--password-file", passwordFile == null ? null : passwordFile.toString());
    }

    private static String option(String name, @Nullable String value) {
        return value == null ? "" : " " + name + " " + quoted(value);
    }

    /** As a shell reads it back. */
    static String quoted(String word) {
        return HARMLESS.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    Jdbc jdbc(Database database) {
        return Jdbc.on(database);
    }

    private String normal(String given) {
        String address = given.startsWith("jdbc:") ? given : "jdbc:" + given;
        address = address.replaceFirst("^jdbc:postgres:", "jdbc:postgresql:");
        // one driver speaks to both
        address = address.replaceFirst("^jdbc:mysql:", "jdbc:mariadb:");
        if (!address.startsWith("jdbc:postgresql:") && !address.startsWith("jdbc:mariadb:")) {
            throw wrong(
                    "'" + given.replaceFirst("[?].*", "") + "' is not a URL that tally knows. Expected one that begins"
                            + " with jdbc:postgresql:, jdbc:mariadb: or jdbc:mysql:");
        }
        return address;
    }

    private Properties properties(String address, Map<String, String> environment) {
        Properties properties = new Properties();
        String name = user != null ? user : environment.get("TALLY_USER");
        if (name != null) {
            properties.setProperty("user", name);
        }
        String password = password(environment);
        if (password != null) {
            properties.setProperty("password", password);
        }
        if (address.startsWith("jdbc:postgresql:")) {
            properties.setProperty("connectTimeout", CONNECT_SECONDS);
            properties.setProperty("loginTimeout", CONNECT_SECONDS);
            properties.setProperty("ApplicationName", "tally");
        } else {
            properties.setProperty("connectTimeout", CONNECT_SECONDS + "000");
            properties.setProperty("sessionVariables", "time_zone='+00:00'");
            properties.setProperty("useAffectedRows", "false");
        }
        return properties;
    }

    private @Nullable String password(Map<String, String> environment) {
        if (passwordFile == null) {
            return environment.get("TALLY_PASSWORD");
        }
        try {
            List<String> lines = Files.readAllLines(passwordFile);
            return lines.isEmpty() ? "" : lines.get(0);
        } catch (IOException e) {
            throw wrong("The password file " + passwordFile + " cannot be read ("
                    + e.getClass().getSimpleName()
                    + "). Give --password-file a readable file with the password on its first line.");
        }
    }

    private static Stop wrong(String message) {
        return new Stop(Exit.USAGE, message);
    }
}
