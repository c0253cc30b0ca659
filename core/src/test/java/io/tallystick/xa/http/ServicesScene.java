package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A shop that coordinates, on PostgreSQL if nothing else is said, and a service for points on the database of the run. */
abstract class ServicesScene {

    static TestDatabase shopDb;

    final TestDatabase pointsDb;
    final Deque<AutoCloseable> opened = new ArrayDeque<>();
    final KeyRing keys = KeyRing.of("k1", "0123456789abcdef0123".getBytes(java.nio.charset.StandardCharsets.UTF_8));

    ServicesScene(TestDatabase pointsDb) {
        this.pointsDb = pointsDb;
    }

    private static @Nullable TestDatabase started;

    /** On which database the shop runs. */
    Engine shopsEngine() {
        return Engine.POSTGRESQL;
    }

    @AfterAll
    static void stopShopsDatabase() {
        if (started != null) {
            started.close();
            started = null;
        }
    }

    @BeforeEach
    void accounts() {
        if (started == null) {
            started = TestDatabases.of(shopsEngine()).start();
            shopDb = started;
        }
        TestService.accounts(shopDb);
        TestService.accounts(pointsDb);
    }

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    <T extends AutoCloseable> T track(T it) {
        opened.push(it);
        return it;
    }

    /** A service that is not open yet, so that others can know its address. */
    static TestService service(String name) throws IOException {
        return new TestService(name);
    }

    static Map<String, URI> peers(TestService... others) {
        Map<String, URI> all = new HashMap<>();
        for (TestService other : others) {
            all.put(other.name, other.at());
        }
        return all;
    }

    static URI nowhere() {
        return URI.create("http://127.0.0.1:1/tally/xa");
    }

    void assertAmounts(int inShop, int inPoints) {
        await().untilAsserted(() -> {
            assertThat(amount(shopDb, 1)).as("shop").isEqualTo(inShop);
            assertThat(amount(pointsDb, 1)).as("points").isEqualTo(inPoints);
            assertNothingPrepared(pointsDb);
            assertNothingPrepared(shopDb);
        });
    }

    static void assertNothingPrepared(TestDatabase db) throws SQLException {
        assertThat(prepared(db)).as("prepared in " + db).isZero();
    }

    static int prepared(TestDatabase db) throws SQLException {
        String sql = switch (db.engine()) {
            case POSTGRESQL -> "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()";
            default -> "XA RECOVER";
        };
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            return count;
        }
    }

    static int amount(TestDatabase db, int id) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT amount FROM account WHERE id = " + id)) {
            row.next();
            return row.getInt(1);
        }
    }
}
