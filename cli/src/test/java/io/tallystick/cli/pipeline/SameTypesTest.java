package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Between two databases of one product every type of its documentation arrives with the same text, whether the row was there before, is
 * inserted, or comes by an update; whatever numbers the types have in each database.
 */
@ExtendWith(Servers.Extension.class)
class SameTypesTest {

    private static final int INSERTED = 1_000;
    private static final int UPDATED = 2_000;
    private static final int END = 9_999;

    private final Servers servers;

    SameTypesTest(Servers servers) {
        this.servers = servers;
    }

    @Test
    void every_type_of_postgresql_arrives_in_postgresql() throws SQLException {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute("CREATE TYPE takes_a_number AS (n int)", "CREATE TABLE takes_two (n int)");
        source.execute(SameTypes.POSTGRESQL_TYPES);
        target.execute(SameTypes.POSTGRESQL_TYPES);
        arrives(source, target, "same_pg", SameTypes.postgresql());
    }

    @Test
    void every_type_of_mariadb_arrives_in_mariadb() throws SQLException {
        arrives(
                servers.database(Engine.MARIADB),
                servers.database(Engine.MARIADB),
                "same_mariadb",
                SameTypes.mariadb());
    }

    @Test
    void every_type_of_mysql_arrives_in_mysql() throws SQLException {
        arrives(servers.database(Engine.MYSQL), servers.database(Engine.MYSQL), "same_mysql", SameTypes.mysql());
    }

    private static void arrives(TestDatabase source, TestDatabase target, String name, SameTypes types)
            throws SQLException {
        for (String create : types.create()) {
            source.execute(create);
            target.execute(create);
        }
        List<String> before = new ArrayList<>(types.before());
        List<String> after = new ArrayList<>(types.before());
        for (int row = 0; row <= types.rows(); row++) {
            before.addAll(types.insert(row, row));
            after.addAll(types.insert(INSERTED + row, row));
            before.addAll(types.insert(UPDATED + row, types.rows()));
            after.addAll(types.update(UPDATED + row, row));
        }
        after.addAll(types.insert(END, types.rows()));
        Pipe.inOne(source, before.toArray(String[]::new));
        String[] tables = types.tables().toArray(String[]::new);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, tables))) {
            awaitLookedAt(pipe, target, types, 2L * tables.length * (types.rows() + 1));
            Pipe.inOne(source, after.toArray(String[]::new));
            for (String table : tables) {
                pipe.awaitValue(target, "SELECT count(*) FROM " + table + " WHERE id = " + END, "1");
            }
            assertThat(Pipe.quarantine(target)).isEmpty();
            assertThat(types.differences(source, target)).isEmpty();
            assertThat(pipe.target().counts().missing()).isZero();
        }
    }

    /** Rows that are there, or set aside. */
    private static void awaitLookedAt(Pipe pipe, TestDatabase target, SameTypes types, long rows) throws SQLException {
        String there = types.tables().stream()
                .map(table -> "(SELECT count(*) FROM " + table + ")")
                .collect(Collectors.joining(" + "));
        pipe.awaitValue(target, "SELECT " + there + " + (SELECT count(*) FROM tally_quarantine)", "" + rows);
        assertThat(Pipe.quarantine(target)).isEmpty();
    }
}
