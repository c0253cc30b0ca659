package io.tallystick.examples.hands;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.examples.hands.AgroalShop.Address;
import io.tallystick.testkit.crash.CrashResult;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.xa.PGXADataSource;

/** A process that dies between the phases leaves branches behind; the next one finds them through Agroal's recovery connections. */
class AgroalCrashTest {

    private final Shop shop = Shop.open();

    @AfterEach
    void close() {
        shop.close();
    }

    @Test
    void whatever_a_dead_process_left_is_finished_by_its_decision() {
        List<String> deaths = new ArrayList<>();
        CrashRunner.of(AgroalMain.class, arguments(shop.orders, shop.stock)).sweep(result -> {
            result.point().ifPresent(deaths::add);
            recoverAfter(result);
            shop.reset();
        });
        assertThat(deaths)
                .anyMatch(death -> death.contains("prepare done"))
                .anyMatch(death -> death.contains("not told yet"))
                .anyMatch(death -> death.contains("commit done"));
    }

    private void recoverAfter(CrashResult death) throws Exception {
        boolean decided = !death.output().contains("prepare done in PostgreSQL");
        if (death.crashed() && !death.output().contains("commit done")) {
            assertThat(shop.prepared()).as("left behind").isPositive();
        }
        try (AgroalShop next = new AgroalShop(
                Address.of(PGXADataSource.class, shop.orders),
                Address.of(MariaDbDataSource.class, shop.stock),
                shop.stock.dataSource())) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(120))
                    .untilAsserted(
                            () -> assertThat(shop.prepared()).as("prepared").isZero());
            // else the next process would go on with it, and die in that instead of in its own
            Awaitility.await()
                    .atMost(Duration.ofSeconds(120))
                    .untilAsserted(
                            () -> assertThat(shop.unfinished()).as("unfinished").isZero());
            assertThat(next.engine.heuristics(10)).isEmpty();
        }
        assertThat(shop.purchases()).as("purchases after " + death.point()).isEqualTo(decided ? 1 : 0);
        assertThat(shop.apples()).as("apples after " + death.point()).isEqualTo(decided ? 9 : 10);
    }

    private static String[] arguments(TestDatabase orders, TestDatabase stock) {
        return new String[] {orders.url(), orders.user(), orders.password(), stock.url(), stock.user(), stock.password()
        };
    }
}
