package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.replicator.RowWriterContract;
import io.tallystick.cdc.replicator.TestRoute;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

@Databases({Engine.MARIADB, Engine.MYSQL})
class MySqlRowWriterTest extends RowWriterContract {

    private static final List<ValueKind> SHAPE = List.of(ValueKind.INTEGER, ValueKind.TEXT);

    private final TestDatabase db;
    private final FaultyDataSource counting;

    MySqlRowWriterTest(TestDatabase db) {
        this.db = db;
        this.counting = FaultyDataSource.around(db.dataSource());
    }

    @Override
    protected Connection connect() throws SQLException {
        return counting.getConnection();
    }

    @Override
    protected RowWriter writer(TargetDialect dialect, ConversionPolicy policy) {
        return new MySqlRowWriter(dialect, policy);
    }

    @Test
    void statements_of_one_size_are_answered_together() throws SQLException {
        TestRoute route = route("together", "id bigint PRIMARY KEY, name varchar(20)", SHAPE);
        counting.reset();
        assertThat(write(Verb.INSERT, changes(10_000, i -> route.insert(i, "row " + i))))
                .isEqualTo(db.engine() == Engine.MYSQL ? 10_000 : -1);
        assertThat(counting.log())
                .as("19 statements of 512 rows in two parts, 4 of 64, 2 of 8")
                .hasSize(4);
        counting.reset();
        assertThat(write(Verb.DELETE, changes(8_192, i -> route.delete(i, null))))
                .isEqualTo(8_192);
        assertThat(counting.log()).as("16 statements of 512 keys").hasSize(1);
        assertThat(rows("together")).hasSize(10_000 - 8_192);
    }

    @Test
    void what_is_refused_in_the_midst_of_statements_that_are_answered_together_is_refused() throws SQLException {
        TestRoute route = route("midst", "id bigint PRIMARY KEY, name varchar(20)", SHAPE);
        write(Verb.INSERT, route.insert(3_000, "was there"));
        connection.commit();
        assertThatThrownBy(() -> write(Verb.INSERT, changes(8_192, i -> route.insert(i, "row"))))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refused -> assertThat(SqlErrors.isDataRefused(refused, Dialect.MARIADB))
                                .isTrue());
        connection.rollback();
        assertThat(rows("midst")).containsExactly("3000|was there");
        write(Verb.INSERT, changes(2_000, i -> route.insert(i, "row")));
        assertThat(rows("midst")).hasSize(2_001);
    }
}
