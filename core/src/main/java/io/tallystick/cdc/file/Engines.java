package io.tallystick.cdc.file;

import io.tallystick.cdc.CdcEngine;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.file.PipelineSpec.SourceSpec;
import io.tallystick.cdc.query.QueryChangeSource;
import io.tallystick.cdc.query.QuerySettings;
import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.RejectedException;
import java.util.Optional;
import java.util.ServiceLoader;

/** Finds who knows the databases that a file names. */
final class Engines {

    private Engines() {}

    /** @throws RejectedException when no module on the class path knows this database */
    static CdcEngine of(String url) {
        return find(url)
                .orElseThrow(() -> new RejectedException("no module on the class path knows databases at "
                        + withoutSecrets(url)
                        + (url.startsWith(DebeziumSection.URL)
                                ? "; add io.tallystick:tallystick-debezium and com.oracle.database.jdbc:ojdbc11 (docs/oracle.md tells"
                                        + " how), or ask the tables without a log: type: query"
                                : "; add tallystick-postgres for jdbc:postgresql:, tallystick-mysql for jdbc:mariadb: and"
                                        + " jdbc:mysql:, tallystick-debezium for jdbc:oracle:")));
    }

    private static Optional<CdcEngine> find(String url) {
        for (CdcEngine engine : ServiceLoader.load(CdcEngine.class)) {
            if (engine.accepts(url)) {
                return Optional.of(engine);
            }
        }
        return Optional.empty();
    }

    /** Reads the log through the database's own module, or asks the tables of any database that has a driver. */
    static ChangeSource source(SourceSpec spec, ConnectionSettings settings) {
        QuerySettings query = spec.query();
        if (query == null) {
            return of(settings.url()).source(settings, spec.slot(), spec.options());
        }
        CandidPool pool = find(settings.url())
                .map(engine -> engine.target(settings))
                .orElseGet(() -> CandidPool.open(CandidPool.config(settings, "query")));
        return QueryChangeSource.of(pool, withoutSecrets(settings.url()), query);
    }

    private static String withoutSecrets(String url) {
        return url.replaceAll("(?<=//)[^/@?]*@|(?<=thin:)[^@]*(?=@)|[?;].*", "");
    }
}
