package io.tallystick.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.CommitProbe.Fate;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@Databases(Engine.POSTGRESQL)
class PostgresCommitProbeTest {

    @Test
    void knows_a_committed_a_rolled_back_and_a_running_transaction(TestDatabase db) throws SQLException {
        Jdbc jdbc = Jdbc.on(db.dataSource());
        PostgresCommitProbe probe = new PostgresCommitProbe(jdbc);
        assertThat(probe.fate(jdbc.inTransaction(probe::ticket))).contains(Fate.COMMITTED);
        try (Connection open = db.connect()) {
            open.setAutoCommit(false);
            String ticket = probe.ticket(Tx.of(open));
            assertThat(probe.fate(ticket)).contains(Fate.RUNNING);
            open.rollback();
            assertThat(probe.fate(ticket)).contains(Fate.ROLLED_BACK);
        }
    }

    @Test
    void an_id_of_the_future_belongs_to_another_server(TestDatabase db) {
        PostgresCommitProbe probe = new PostgresCommitProbe(Jdbc.on(db.dataSource()));
        assertThatThrownBy(() -> probe.fate("99999999999"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("in the future");
    }
}
