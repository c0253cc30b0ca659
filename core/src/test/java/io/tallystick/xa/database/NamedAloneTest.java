package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.OutcomeUnknownException;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transaction with one branch, whose answer to COMMIT is lost. */
@Databases
class NamedAloneTest {

    private final TestDatabase db;
    private PreparedScene scene;
    private FaultProxy network;
    private XaEngine engine;

    NamedAloneTest(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void open() throws SQLException {
        scene = new PreparedScene(db);
        network = FaultProxy.to(db.host(), db.port());
        engine = XaEngine.named("shop")
                .resource(PreparedScene.driver(
                        db.engine(), PreparedScene.through(db, network), PoolSettings.of("orders", 2)))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource())))
                .settings(PreparedScene.PATIENT)
                .open();
    }

    @AfterEach
    void close() {
        engine.close();
        network.close();
        scene.close();
    }

    private XaTransaction setAmount() throws SQLException {
        XaTransaction transaction = engine.begin();
        try (Statement statement = transaction.connection("orders").createStatement()) {
            statement.executeUpdate("UPDATE item SET amount = 77 WHERE id = 1");
        }
        return transaction;
    }

    @Test
    void where_it_was_named_before_its_commit_the_outcome_is_learned() throws SQLException {
        XaTransaction transaction = setAmount();
        Gtrid gtrid = transaction.name();
        network.dropReplyTo("COMMIT");
        transaction.commit();
        assertThat(network.droppedReplies()).isEqualTo(1);
        assertThat(scene.amount(db)).isEqualTo(77);
        assertThat(engine.outcome(gtrid)).isNotEqualTo(java.util.Optional.of(Verdict.ABORT));
    }

    @Test
    void without_a_name_it_stays_unknown_and_the_message_says_what_to_do() throws SQLException {
        XaTransaction transaction = setAmount();
        network.dropReplyTo("COMMIT");
        assertThatThrownBy(transaction::commit)
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("XaTransaction.name()");
        assertThat(scene.amount(db)).isEqualTo(77);
    }
}
