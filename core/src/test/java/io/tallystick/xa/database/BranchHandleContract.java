package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** What an application may do with the connection of a branch, and what it may not. */
abstract class BranchHandleContract extends BranchScene {

    BranchHandleContract(TestDatabase db) {
        super(db);
    }

    @Test
    void handles_share_one_transaction_and_none_of_them_ends_it() throws SQLException {
        JdbcBranch branch = openLocal();
        Connection first = branch.connection();
        Connection second = branch.connection();
        update(first, 1, 70);
        assertThat(amountSeenBy(second, 1)).isEqualTo(70);
        first.close();
        first.close();
        assertThat(first.isClosed()).isTrue();
        assertThatThrownBy(first::createStatement).hasMessageContaining("closed");
        assertThat(second.isClosed()).isFalse();
        assertThatThrownBy(second::commit).hasMessageContaining("commit()").hasMessageContaining("coordinator");
        assertThatThrownBy(second::rollback).hasMessageContaining("rollback()");
        assertThatThrownBy(() -> second.setAutoCommit(true)).hasMessageContaining("setAutoCommit(true)");
        assertThatThrownBy(() -> second.abort(Runnable::run)).hasMessageContaining("abort()");
        try (Statement statement = second.createStatement()) {
            assertThatThrownBy(() -> statement.execute(" /* all of it */ commit"))
                    .hasMessageContaining("commit");
            assertThatThrownBy(() -> statement.executeUpdate("ROLLBACK")).hasMessageContaining("ROLLBACK");
        }
        second.setAutoCommit(false);
        assertThat(second.getAutoCommit()).isFalse();
        assertThat(amount(1)).as("nothing was committed").isEqualTo(100);
        branch.rollback(BUDGET);
        branch.release();
        assertThat(amount(1)).isEqualTo(100);
    }

    @Test
    void statements_and_metadata_know_the_handle_as_their_connection() throws SQLException {
        JdbcBranch branch = openLocal();
        Connection handle = branch.connection();
        try (Statement statement = handle.createStatement();
                PreparedStatement prepared = handle.prepareStatement("SELECT amount FROM item WHERE id = ?")) {
            assertThat(statement.getConnection()).isSameAs(handle);
            assertThat(prepared.getConnection()).isSameAs(handle);
        }
        assertThat(handle.getMetaData().getConnection()).isSameAs(handle);
        assertThat(handle.unwrap(Connection.class)).isSameAs(handle);
        assertThat(handle.isWrapperFor(Connection.class)).isTrue();
        assertThat(handle).isEqualTo(handle).isNotEqualTo(branch.connection());
        branch.rollback(BUDGET);
        branch.release();
    }

    @Test
    void a_handle_and_its_statements_say_clearly_that_the_transaction_has_ended() throws SQLException {
        JdbcBranch branch = openLocal();
        Connection handle = branch.connection();
        PreparedStatement left = handle.prepareStatement("UPDATE item SET amount = 1 WHERE id = 1");
        branch.commitAlone(null, BUDGET);
        branch.release();
        assertThat(handle.isClosed()).isTrue();
        assertThat(left.isClosed()).isTrue();
        assertThatThrownBy(handle::createStatement).hasMessageContaining("has ended");
        assertThatThrownBy(left::executeUpdate).hasMessageContaining("has ended");
        handle.close();
        left.close();
        assertThat(amount(1)).isEqualTo(100);
    }

    @Test
    void savepoints_are_the_applications_own() throws SQLException {
        JdbcBranch branch = openLocal();
        Connection handle = branch.connection();
        update(handle, 1, 70);
        var before = handle.setSavepoint();
        update(handle, 1, 60);
        handle.rollback(before);
        assertThat(branch.commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void what_was_set_on_a_connection_does_not_reach_the_next_transaction() throws SQLException {
        int usual = 0;
        for (int i = 0; i < 2 * settings().branches(); i++) {
            JdbcBranch branch = openLocal();
            Connection handle = branch.connection();
            if (i == 0) {
                usual = handle.getTransactionIsolation();
            }
            assertThat(handle.getTransactionIsolation()).isEqualTo(usual);
            handle.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(amountSeenBy(branch, 1)).isEqualTo(100);
            branch.commitAlone(null, BUDGET);
            branch.release();
        }
    }

    @Test
    void outside_connections_commit_each_statement() throws SQLException {
        try (Connection outside = driver.outside()) {
            assertThat(outside.getAutoCommit()).isTrue();
            update(outside, 1, 70);
            assertThat(amount(1)).isEqualTo(70);
        }
    }
}
