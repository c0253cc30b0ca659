package io.tallystick.mysql.cdc;

import io.tallystick.cdc.CdcEngine;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.mysql.MySqlDataSources;
import java.security.SecureRandom;
import java.time.InstantSource;

/** Change data capture from and to MariaDB and MySQL. */
public final class MySqlCdc implements CdcEngine {

    @Override
    public boolean accepts(String url) {
        return MySqlDataSources.accepts(url);
    }

    @Override
    public ChangeSource source(ConnectionSettings settings, String slot) {
        return new BinlogChangeSource(settings, InstantSource.system(), new SecureRandom());
    }

    @Override
    public CandidPool target(ConnectionSettings settings) {
        return MySqlDataSources.open(settings);
    }

    @Override
    public RowWriter writer(String url, ConversionPolicy policy) {
        return new MySqlRowWriter(url.startsWith("jdbc:mysql:") ? TargetDialect.MYSQL : TargetDialect.MARIADB, policy);
    }
}
