package io.tallystick.bench;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabaseBuilder;
import io.tallystick.testkit.db.TestDatabases;
import java.util.Map;

/** Durable servers with memory enough that their caches are not what is measured. */
public final class Servers {
    private Servers() {}

    static TestDatabase start(Engine engine) {
        return start(engine, Map.of());
    }

    /** With more settings. */
    public static TestDatabase start(Engine engine, Map<String, String> settings) {
        TestDatabaseBuilder builder = TestDatabases.of(engine);
        settings.forEach(builder::setting);
        if (engine == Engine.POSTGRESQL) {
            return builder.setting("shared_buffers", "512MB")
                    .setting("max_wal_size", "4GB")
                    .start();
        }
        return builder.setting("innodb-buffer-pool-size", "512M")
                .setting("innodb-log-file-size", "1G")
                .start();
    }

    /** Settings that decide about durability, as they stand in the report. */
    public static String settings(Engine engine) {
        return engine == Engine.POSTGRESQL
                ? "fsync=on, synchronous_commit=on, full_page_writes=on, wal_level=logical, shared_buffers=512MB, max_wal_size=4GB"
                : "innodb_flush_log_at_trx_commit=1, sync_binlog=1, row binlog, innodb_buffer_pool_size=512M";
    }
}
