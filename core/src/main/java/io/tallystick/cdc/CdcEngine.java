package io.tallystick.cdc;

import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.RejectedException;
import java.util.Map;

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

    /**
     * The same, with what the file says about sources of this family alone.
     *
     * @throws RejectedException when an option is unknown or wrong
     */
    default ChangeSource source(ConnectionSettings settings, String slot, Map<String, String> options) {
        if (!options.isEmpty()) {
            throw new RejectedException(
                    "sources of this kind have no " + String.join(", ", options.keySet()) + "; leave it out");
        }
        return source(settings, slot);
    }

    /** A pool for the target; closing it is the caller's. */
    CandidPool target(ConnectionSettings settings);

    /** What writes rows at a target with this URL. */
    RowWriter writer(String url, ConversionPolicy policy);
}
