package io.tallystick.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A runner that stands still in the middle of a transaction, as a frozen process or a host that was cut off does. */
@Databases
class FrozenSessionTest {

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(40);

    private final TestDatabase db;
    private final Dialect dialect;

    FrozenSessionTest(TestDatabase db) throws SQLException {
        this.db = db;
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        db.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, n INT)", "INSERT INTO item VALUES (1, 0)");
        try (Connection connection = db.connect()) {
            dialect = Dialect.of(connection);
        }
    }

    @Test
    void is_ended_by_the_server_so_that_its_heir_goes_on()
            throws InterruptedException, ExecutionException, TimeoutException {
        try (TargetSession frozen = TargetSession.claim(db.dataSource(), dialect, "p", SHORT)) {
            frozen.begin(new Position("0"));
            frozen.tx().update("UPDATE item SET n = 1");
            frozen.tx().update("UPDATE tally_position SET epoch = epoch");
            CompletableFuture<Void> heir = Background.run(this::takeOver);
            heir.get(LONG.toSeconds(), TimeUnit.SECONDS);
            assertThatThrownBy(() -> frozen.commit(new Position("1"))).isInstanceOf(TallystickException.class);
        }
        assertThat(numbers()).containsExactly(2);
    }

    private void takeOver() {
        try (TargetSession next = TargetSession.claim(db.dataSource(), dialect, "p", LONG)) {
            next.tx().update("UPDATE item SET n = 2");
            next.commit(new Position("2"));
        }
    }

    private List<Integer> numbers() {
        return Jdbc.on(db.dataSource()).autocommit(tx -> tx.query("SELECT n FROM item", row -> row.intValue("n")));
    }
}
