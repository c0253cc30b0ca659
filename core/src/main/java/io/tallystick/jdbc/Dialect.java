package io.tallystick.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What differs between the databases, as values: words of SQL, the binding of times and ids. Immutable. */
public enum Dialect {
    POSTGRESQL(
            "PostgreSQL",
            // not clock_timestamp(): that one is volatile, and a comparison with it would never use an index
            new Words("statement_timestamp()", "statement_timestamp() + ? * interval '1 microsecond'", "?::jsonb")),
    MARIADB("MariaDB", Words.INNODB),
    MYSQL("MySQL", Words.INNODB);

    private final String productName;
    private final Words words;

    Dialect(String productName, Words words) {
        this.productName = productName;
        this.words = words;
    }

    /**
     * The dialect of an open connection, from the product name and version that the server reports.
     *
     * @throws RejectedException for any other database
     */
    public static Dialect of(Connection connection) {
        try {
            var meta = connection.getMetaData();
            return named(meta.getDatabaseProductName(), meta.getDatabaseProductVersion());
        } catch (SQLException e) {
            throw SqlErrors.beforeDialectIsKnown(e, "reading the database's name");
        }
    }

    private static Dialect named(String product, String version) {
        // a MySQL driver calls a MariaDB server "MySQL" and tells the truth only in the version
        String both = (product + " " + version).toLowerCase(Locale.ROOT);
        for (Dialect dialect : new Dialect[] {MARIADB, MYSQL, POSTGRESQL}) {
            if (both.contains(dialect.productName.toLowerCase(Locale.ROOT))) {
                return dialect;
            }
        }
        throw new RejectedException("the database calls itself '" + product + "' (version " + version
                + "); supported are PostgreSQL, MariaDB and MySQL");
    }

    /** How the product writes its own name, for messages. */
    public String productName() {
        return productName;
    }

    /** The folder name of this dialect's schema files: postgresql, mariadb, mysql. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean isInnoDb() {
        return this != POSTGRESQL;
    }

    /** Expression for the database's clock at the start of the statement, in UTC; usable in index conditions. */
    public String now() {
        return words.now;
    }

    /** Expression for {@link #now()} plus one parameter in whole microseconds, bound as a long. */
    public String nowPlusMicros() {
        return words.nowPlusMicros;
    }

    /** Parameter for a JSON document that is bound as text. */
    public String jsonParameter() {
        return words.jsonParameter;
    }

    /** Sets the longest wait for a row lock and keeps the value before it; to be undone by {@link #restoreLockWait()}. */
    String limitLockWait(Duration longest) {
        if (this == POSTGRESQL) {
            return "SELECT set_config('tally.lock_timeout', current_setting('lock_timeout'), true),"
                    + " set_config('lock_timeout', '" + Math.max(1, longest.toMillis()) + "ms', true)";
        }
        // whole seconds are all that InnoDB knows
        return "SET @tally_lock_wait = @@SESSION.innodb_lock_wait_timeout, SESSION innodb_lock_wait_timeout = "
                + Math.max(1, longest.toSeconds());
    }

    String restoreLockWait() {
        return this == POSTGRESQL
                ? "SELECT set_config('lock_timeout', current_setting('tally.lock_timeout'), true)"
                : "SET SESSION innodb_lock_wait_timeout = @tally_lock_wait";
    }

    /** Row lock that waits for the holder. */
    public String forUpdate() {
        return "FOR UPDATE";
    }

    /** Row lock that leaves out what others hold (PostgreSQL, MariaDB 10.6, MySQL 8). */
    public String forUpdateSkipLocked() {
        return "FOR UPDATE SKIP LOCKED";
    }

    /** Limit clause. */
    public String limit(int rows) {
        return "LIMIT " + rows;
    }

    /**
     * INSERT that leaves an existing row alone. Its update count says nothing (the MariaDB driver reports found rows): to learn
     * who was first use {@link Tx#insertFirst}.
     */
    public String insertIgnore(String table, String... columns) {
        String first = columns[0];
        return insert(table, columns)
                + (this == POSTGRESQL
                        ? " ON CONFLICT DO NOTHING"
                        : " ON DUPLICATE KEY UPDATE " + first + " = " + first);
    }

    /** Plain INSERT with one parameter for each column. */
    public String insert(String table, String... columns) {
        String places = Arrays.stream(columns).map(c -> "?").collect(Collectors.joining(", "));
        return "INSERT INTO " + table + " (" + String.join(", ", columns) + ") VALUES (" + places + ")";
    }

    /** INSERT that takes an exclusive lock on an existing row and reports it as the generated key {@link Tx#EXISTED}. */
    String insertFirst(String table, String... columns) {
        if (this == POSTGRESQL) {
            return insertIgnore(table, columns);
        }
        String first = columns[0];
        // LAST_INSERT_ID(n) hands n back in the answer, the only sign that does not depend on the found-rows flag of
        // the connection
        return insert(table, columns) + " ON DUPLICATE KEY UPDATE " + first + " = IF(LAST_INSERT_ID(" + Tx.EXISTED
                + ") = 0, " + first + ", " + first + ")";
    }

    void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value instanceof Instant instant) {
            statement.setObject(index, bindable(instant));
        } else if (value instanceof UUID id && isInnoDb()) {
            statement.setString(index, id.toString());
        } else if (value instanceof Enum<?> constant) {
            statement.setString(index, constant.name());
        } else if (value instanceof byte[] bytes) {
            statement.setBytes(index, bytes);
        } else {
            statement.setObject(index, value);
        }
    }

    private Object bindable(Instant instant) {
        // LocalDateTime goes out as it is; a zoned value would be turned by the driver into the session's or the JVM's
        // zone
        return isInnoDb()
                ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
                : OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    @Nullable
    Instant readInstant(ResultSet rows, String column) throws SQLException {
        if (isInnoDb()) {
            LocalDateTime local = rows.getObject(column, LocalDateTime.class);
            return local == null ? null : local.toInstant(ZoneOffset.UTC);
        }
        OffsetDateTime zoned = rows.getObject(column, OffsetDateTime.class);
        return zoned == null ? null : zoned.toInstant();
    }

    private record Words(String now, String nowPlusMicros, String jsonParameter) {
        static final Words INNODB = new Words("UTC_TIMESTAMP(6)", "(UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND)", "?");
    }
}
