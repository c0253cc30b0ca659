package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * SIGSTOP of a coordinator that has its votes and not its decision, until its lease is over and a peer has rolled back; then SIGCONT. On
 * MariaDB the session of who stands still hides its branch until the server ends it, after ten seconds.
 */
@Databases
class StoppedCoordinatorTest {

    private final TestDatabase db;

    StoppedCoordinatorTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void a_coordinator_that_was_stopped_past_its_lease_is_overruled_when_it_goes_on() throws Exception {
        try (PreparedScene scene = new PreparedScene(db);
                FaultProxy way = FaultProxy.to(db.host(), db.port())) {
            way.holdRequest("INSERT INTO tally_decision");
            String orders = db.url().replace(":" + db.port() + "/", ":" + way.port() + "/");
            try (ChildJvm zombie = CrashRunner.of(
                            StoppedCoordinatorMain.class,
                            db.engine().name(),
                            orders,
                            scene.stock.url(),
                            db.user(),
                            db.password())
                    .start()) {
                await().until(() -> way.holding() == 1);
                assertThat(scene.stockDriver.prepared()).hasSize(1);
                signal("STOP", zombie);
                await().until(() -> isStopped(zombie));

                try (XaEngine peer = peer(scene)) {
                    await().until(() -> scene.stockDriver.prepared().isEmpty());
                    way.heal();
                    signal("CONT", zombie);
                    zombie.awaitOutput("heard ", Duration.ofMinutes(2));
                    assertThat(zombie.output()).contains("heard RolledBackException");
                    assertThat(peer.heuristics(10)).isEmpty();
                }
            }
            assertThat(scene.amount(scene.orders)).isEqualTo(100);
            assertThat(scene.amount(scene.stock)).isEqualTo(100);
        }
    }

    private XaEngine peer(PreparedScene scene) {
        return XaEngine.named("shop")
                .resource(PreparedScene.driver(scene.orders, "orders"))
                .resource(PreparedScene.driver(scene.stock, "stock"))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource())))
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(50)))
                .open();
    }

    private static void signal(String name, ChildJvm child) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(child.pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(status).isZero();
    }

    /** The letter behind the name in parentheses, see proc(5). */
    private static boolean isStopped(ChildJvm child) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(child.pid()), "stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    }
}
