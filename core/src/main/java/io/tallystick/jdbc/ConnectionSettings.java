package io.tallystick.jdbc;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to reach one database; bad values are refused here, with the fix. The password never shows in {@link #toString()}.
 *
 * @param url jdbc:postgresql:, jdbc:mariadb: or jdbc:mysql:, with further driver parameters if need be
 * @param poolSize connections held at most; 10 suits two to four cores, more seldom makes a database faster
 * @param timeouts how long to wait for what
 * @param tlsMode the driver's own word (sslmode, sslMode), handed through: disable, require, verify-full, ...; null leaves it to the URL
 * @param applicationName what the server shows as the client, so that a person finds our sessions
 */
public record ConnectionSettings(
        String url,
        String user,
        String password,
        int poolSize,
        Timeouts timeouts,
        @Nullable String tlsMode,
        String applicationName) {

    private static final int LARGEST_POOL = 1_000;

    public ConnectionSettings {
        refuse(
                !url.startsWith("jdbc:"),
                "url",
                ConnectionTarget.redacted(url),
                "begin it with jdbc:, for example" + " jdbc:postgresql://host:5432/database");
        refuse(user.isBlank(), "user", "nothing", "name the database user");
        refuse(poolSize < 1 || poolSize > LARGEST_POOL, "poolSize", poolSize, "give 1 to " + LARGEST_POOL);
        refuse(
                !applicationName.matches("[\\w.-]{1,60}"),
                "applicationName",
                applicationName,
                "give 1 to 60 letters, digits, '.', '_' or '-'");
        refuse(
                tlsMode != null && !tlsMode.matches("[A-Za-z-]{2,30}"),
                "tlsMode",
                tlsMode,
                "give a mode that the driver knows, for example require or verify-full");
    }

    /** With defaults for everything else. */
    public static ConnectionSettings of(String url, String user, String password) {
        return new ConnectionSettings(url, user, password, 10, Timeouts.standard(), null, "tallystick");
    }

    public ConnectionSettings withPoolSize(int size) {
        return new ConnectionSettings(url, user, password, size, timeouts, tlsMode, applicationName);
    }

    public ConnectionSettings withTimeouts(Timeouts other) {
        return new ConnectionSettings(url, user, password, poolSize, other, tlsMode, applicationName);
    }

    public ConnectionSettings withTlsMode(String mode) {
        return new ConnectionSettings(url, user, password, poolSize, timeouts, mode, applicationName);
    }

    public ConnectionSettings withApplicationName(String name) {
        return new ConnectionSettings(url, user, password, poolSize, timeouts, tlsMode, name);
    }

    @Override
    public String toString() {
        return "ConnectionSettings[url=" + ConnectionTarget.redacted(url) + ", user=" + user + ", poolSize=" + poolSize
                + ", timeouts=" + timeouts + ", tlsMode=" + tlsMode + ", applicationName=" + applicationName + "]";
    }

    private static void refuse(boolean bad, String part, @Nullable Object found, String fix) {
        if (bad) {
            throw new IllegalArgumentException("connection settings: " + part + " was '" + found + "'; " + fix);
        }
    }

    /**
     * How long to wait for what. All are at least one millisecond and at most one day.
     *
     * @param connect for the TCP connection; 5 s, longer than one lost packet takes
     * @param answer for any answer of the server; 60 s, the only defence when a host vanished without a word. It must be longer than
     *     {@code lock}, or a wait for a lock looks like a dead server
     * @param borrow for a free connection of the pool; 10 s
     * @param lock for a row lock; 10 s, after that a conflict
     */
    public record Timeouts(Duration connect, Duration answer, Duration borrow, Duration lock) {

        public Timeouts {
            check("connect", connect);
            check("answer", answer);
            check("borrow", borrow);
            check("lock", lock);
            refuse(
                    answer.compareTo(lock) <= 0,
                    "timeouts.answer",
                    answer,
                    "make it longer than timeouts.lock (" + lock + ")");
        }

        public static Timeouts standard() {
            return new Timeouts(
                    Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofSeconds(10));
        }

        private static void check(String part, Duration value) {
            boolean bad = value.toMillis() < 1 || value.compareTo(Duration.ofDays(1)) > 0;
            refuse(bad, "timeouts." + part, value, "give a duration between 1 ms and 1 day");
        }
    }
}
