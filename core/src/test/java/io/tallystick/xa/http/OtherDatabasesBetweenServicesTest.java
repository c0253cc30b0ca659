package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A coordinator whose own database is MariaDB, and a participant on MySQL. */
@Databases(Engine.MYSQL)
class OtherDatabasesBetweenServicesTest extends ServicesScene {

    OtherDatabasesBetweenServicesTest(TestDatabase pointsDb) {
        super(pointsDb);
    }

    @Override
    Engine shopsEngine() {
        return Engine.MARIADB;
    }

    private static int pay(TestService shop, TestService points, boolean callFirst) throws Exception {
        return shop.engine().call(() -> {
            int status = callFirst ? shop.call(points, "/add?id=1&by=30").statusCode() : 0;
            shop.add(1, -30);
            return callFirst ? status : shop.call(points, "/add?id=1&by=30").statusCode();
        });
    }

    private void open(TestService shop, Map<String, URI> peers, TestService points) {
        track(shop.open(shopDb, peers, keys));
        track(points.open(pointsDb, peers(shop), keys));
    }

    @Test
    void both_commit_whichever_is_first() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        open(shop, peers(points), points);
        assertThat(pay(shop, points, false)).isEqualTo(200);
        assertAmounts(70, 130);
        assertThat(pay(shop, points, true)).isEqualTo(200);
        assertAmounts(40, 160);
    }

    @Test
    void a_lost_answer_rolls_both_back() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        open(shop, peers(points), points);
        FaultProxy network = track(FaultProxy.to("127.0.0.1", points.port()));
        network.dropReplyTo("/add");
        assertThatThrownBy(() -> shop.engine().call(() -> {
                    shop.add(1, -30);
                    return shop.call("points", network.port(), "/add?id=1&by=30");
                }))
                .isInstanceOf(IOException.class);
        assertAmounts(100, 100);
    }

    @Test
    void a_participant_that_is_never_told_asks_and_commits() throws Exception {
        TestService shop = service("shop");
        TestService points = service("points");
        open(shop, Map.of("points", nowhere()), points);
        assertThat(pay(shop, points, false)).isEqualTo(200);
        assertAmounts(70, 130);
    }
}
