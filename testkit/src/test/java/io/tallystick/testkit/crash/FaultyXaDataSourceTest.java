package io.tallystick.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.xa.PGXADataSource;

@Databases
class FaultyXaDataSourceTest {
    private static final Xid BRANCH = new Branch("tally".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

    private final TestDatabase db;
    private final FaultyXaDataSource source;

    FaultyXaDataSourceTest(TestDatabase db) throws SQLException {
        this.db = db;
        this.source = FaultyXaDataSource.around(xaDataSource(db));
    }

    @BeforeEach
    void an_empty_table() {
        db.execute("DROP TABLE IF EXISTS account", "CREATE TABLE account (id int PRIMARY KEY)");
    }

    @Test
    void a_lost_commit_reply_says_unavailable_although_the_branch_is_committed() throws Exception {
        source.failOn(call -> call.method().equals("xa commit"), JdbcFault.lostReply());
        assertThatThrownBy(this::twoPhases)
                .isInstanceOfSatisfying(
                        XAException.class, e -> assertThat(e.errorCode).isEqualTo(XAException.XAER_RMFAIL));
        assertThat(rows()).isEqualTo(1);
        assertThat(source.log())
                .extracting(JdbcCall::method)
                .containsExactly("getXAConnection", "xa start", "executeUpdate", "xa end", "xa prepare", "xa commit");
    }

    @Test
    void a_lost_commit_request_leaves_the_branch_in_doubt_until_it_is_resolved() throws Exception {
        source.failOn(call -> call.method().equals("xa commit"), JdbcFault.lostRequest());
        assertThatThrownBy(this::twoPhases).isInstanceOf(XAException.class);
        assertThat(rows()).isZero();

        XAConnection other = source.dataSource().getXAConnection();
        other.getXAResource().commit(BRANCH, false);
        other.close();
        assertThat(rows()).isEqualTo(1);
        assertThat(source.faults()).isEqualTo(1);
    }

    private void twoPhases() throws Exception {
        XAConnection connection = source.dataSource().getXAConnection();
        XAResource resource = connection.getXAResource();
        resource.start(BRANCH, XAResource.TMNOFLAGS);
        try (Statement statement = connection.getConnection().createStatement()) {
            statement.executeUpdate("INSERT INTO account VALUES (1)");
        }
        resource.end(BRANCH, XAResource.TMSUCCESS);
        assertThat(resource.prepare(BRANCH)).isEqualTo(XAResource.XA_OK);
        resource.commit(BRANCH, false);
        connection.close();
    }

    private int rows() throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM account")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static XADataSource xaDataSource(TestDatabase db) throws SQLException {
        if (db.engine().isMySqlFamily()) {
            MariaDbDataSource maria = new MariaDbDataSource(db.url());
            maria.setUser(db.user());
            maria.setPassword(db.password());
            return maria;
        }
        PGXADataSource postgres = new PGXADataSource();
        postgres.setUrl(db.url());
        postgres.setUser(db.user());
        postgres.setPassword(db.password());
        return postgres;
    }

    private record Branch(byte[] id) implements Xid {
        @Override
        public int getFormatId() {
            return 1;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return id;
        }

        @Override
        public byte[] getBranchQualifier() {
            return id;
        }
    }
}
