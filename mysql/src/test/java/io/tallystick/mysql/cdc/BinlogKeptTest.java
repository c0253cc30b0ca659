package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.KeptLog;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.testkit.time.VirtualClock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long the server keeps its log, which is asked again and again by what watches a pipeline. */
@Databases(Engine.MARIADB)
class BinlogKeptTest {

    private final TestDatabase db;
    private final VirtualClock clock = new VirtualClock();

    BinlogKeptTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void the_server_is_asked_once_a_minute_and_not_each_time() {
        try (FaultProxy way = FaultProxy.to(db.host(), db.port());
                BinlogChangeSource source = new BinlogChangeSource(
                        ConnectionSettings.of(
                                db.url().replace(":" + db.port() + "/", ":" + way.port() + "/"),
                                db.user(),
                                db.password()),
                        clock,
                        new Random())) {
            KeptLog kept = source.kept().orElseThrow();
            assertThat(kept.setting()).isEqualTo("binlog_expire_logs_seconds");
            way.cut();
            clock.advance(Duration.ofSeconds(59));
            assertThat(source.kept()).contains(kept);
            clock.advance(Duration.ofSeconds(1));
            assertThatThrownBy(source::kept).isInstanceOf(UnavailableException.class);
        }
    }
}
