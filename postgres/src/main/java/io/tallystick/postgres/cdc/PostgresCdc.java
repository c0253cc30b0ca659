package io.tallystick.postgres.cdc;

import io.tallystick.cdc.CdcEngine;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.postgres.PostgresDataSources;

/** Change data capture from and to PostgreSQL. */
public final class PostgresCdc implements CdcEngine {

    @Override
    public boolean accepts(String url) {
        return PostgresDataSources.accepts(url);
    }

    @Override
    public ChangeSource source(ConnectionSettings settings, String slot) {
        return PostgresChangeSource.on(settings, SlotSettings.named(slot));
    }

    @Override
    public CandidPool target(ConnectionSettings settings) {
        return PostgresDataSources.open(settings);
    }

    @Override
    public RowWriter writer(String url, ConversionPolicy policy) {
        return new PostgresRowWriter(policy);
    }
}
