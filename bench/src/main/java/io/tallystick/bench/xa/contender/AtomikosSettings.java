package io.tallystick.bench.xa.contender;

import java.util.Properties;

/** How Atomikos is set, one to a JVM. */
public final class AtomikosSettings {
    private AtomikosSettings() {}

    /** Of its transaction service. */
    public static Properties of(Setup setup) {
        Properties properties = new Properties();
        set(properties, "tm_unique_name", setup.node());
        set(properties, "log_base_dir", setup.directory().toString());
        set(properties, "enable_logging", "true");
        set(properties, "max_actives", "-1");
        set(properties, "serial_jta_transactions", "false");
        if (setup.fastRecovery()) {
            // also how long a transaction may last; with 1000 it lost money after most kills
            set(properties, "max_timeout", "5000");
            set(properties, "default_jta_timeout", "1000");
            set(properties, "recovery_delay", "200");
            set(properties, "oltp_retry_interval", "200");
        }
        return properties;
    }

    private static void set(Properties properties, String name, String value) {
        properties.setProperty("com.atomikos.icatch." + name, value);
    }
}
