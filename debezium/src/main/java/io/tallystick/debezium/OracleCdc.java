package io.tallystick.debezium;

import io.tallystick.cdc.CdcEngine;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.RejectedException;
import java.util.Map;

/** Change data capture from Oracle, through Debezium's connector. Untested on a live Oracle. */
public final class OracleCdc implements CdcEngine {

    private static final String URL = "jdbc:oracle:";
    private static final String DRIVER = "oracle.jdbc.OracleDriver";

    private final ClassLoader drivers;

    /** Found by {@link java.util.ServiceLoader}. */
    public OracleCdc() {
        this(OracleCdc.class.getClassLoader());
    }

    /** @param drivers where Oracle's driver is looked for */
    OracleCdc(ClassLoader drivers) {
        this.drivers = drivers;
    }

    @Override
    public boolean accepts(String url) {
        return url.startsWith(URL);
    }

    @Override
    public ChangeSource source(ConnectionSettings settings, String slot) {
        return source(settings, slot, Map.of());
    }

    /**
     * A source that is read by LogMiner.
     *
     * @param options {@code memory}, the directory of the schema history, and Debezium's own settings, each after {@code debezium.}
     * @throws RejectedException when the driver is missing or an option is wrong
     */
    @Override
    public ChangeSource source(ConnectionSettings settings, String slot, Map<String, String> options) {
        needDriver();
        return DebeziumChangeSource.of(new OracleSource(OracleSettings.of(settings, slot, options)));
    }

    private void needDriver() {
        try {
            Class.forName(DRIVER, false, drivers);
        } catch (ClassNotFoundException e) {
            throw new RejectedException(
                    "Oracle's driver is not on the class path; its licence is Oracle's, so it is yours to add:"
                            + " com.oracle.database.jdbc:ojdbc11 from Maven Central, or ojdbc11.jar from Oracle",
                    e);
        }
    }

    @Override
    public CandidPool target(ConnectionSettings settings) {
        throw noTarget();
    }

    @Override
    public RowWriter writer(String url, ConversionPolicy policy) {
        throw noTarget();
    }

    private static RejectedException noTarget() {
        return new RejectedException(
                "Oracle is a source only, not a target; name a PostgreSQL, MariaDB or MySQL target");
    }
}
