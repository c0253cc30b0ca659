package io.tallystick.debezium;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.TallystickException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.source.SourceTask;

/**
 * What differs by the kind of database: how Debezium's connector for it is set up, and what its offsets mean. Safe for all threads; holds
 * no connection between calls.
 */
public interface Connector {

    /** Which database this is, for messages: its URL without secrets. */
    String name();

    /** A task of Debezium that was not started yet. */
    SourceTask task();

    /** Debezium's settings for these tables, without those that the adapter needs for itself. */
    Map<String, String> settings(Set<TableName> tables);

    /**
     * Opens a connection on which tables are described and copied.
     *
     * @throws SQLException when the database cannot be reached
     */
    Access access() throws SQLException;

    /** Names the database and the history that its log belongs to. */
    String history(Connection connection) throws SQLException;

    /** What queries from now on will see. */
    Moment moment(Connection connection) throws SQLException;

    /**
     * Whether everything up to {@code other} is contained in {@code offset}; both of the same history. Each may be where the connector stood
     * after a transaction, or the end of a {@link Moment}.
     */
    boolean covers(Map<String, Object> offset, Map<String, Object> other);

    /**
     * From where the log can be read, once the database was made to keep it.
     *
     * @param settings all of Debezium's settings, those of the adapter among them
     * @param anew gives up what was kept before
     */
    Map<String, Object> establish(Set<TableName> tables, Map<String, String> settings, boolean anew);

    /** Forgets what {@link #establish} made. */
    void release();

    /** Everything that stands in the way, with the statement that mends each. Touches nothing. */
    List<Finding> examine(Set<TableName> tables);

    /** What a failure means, when this connector knows it better than its class says. */
    Optional<TallystickException> explain(Throwable failure);
}
