package io.tallystick.cdc;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.ConnectionSettings;

/**
 * What a module knows about reading and writing one family of databases. Found by {@link java.util.ServiceLoader}, so that a pipeline
 * file can name any database whose module is on the class path.
 */
public interface CdcEngine {

    /** Whether this URL is for a database of the family. */
    boolean accepts(String url);

    /**
     * Where changes come from; closing it is the caller's.
     *
     * @param slot the name of what the source keeps for the pipeline, where the database keeps anything
     */
    ChangeSource source(ConnectionSettings settings, String slot);

    /** A pool for the target; closing it is the caller's. */
    HikariDataSource target(ConnectionSettings settings);

    /** What writes rows at a target with this URL. */
    RowWriter writer(String url, ConversionPolicy policy);
}
