package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.type.TypeReport;
import io.tallystick.cdc.type.TypeReport.Fate;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * From one product into another by a whole pipeline: what the type report lets through without a loss arrives as it was written, at
 * the ends of every range, whether it was there before, is inserted, or comes by an update.
 */
@ExtendWith(Servers.Extension.class)
class TypesAcrossTest {

    private static final int INSERTED = 100;
    private static final int UPDATED = 200;
    private static final int END = 1000;

    private final Servers servers;

    TypesAcrossTest(Servers servers) {
        this.servers = servers;
    }

    @Test
    void every_type_of_mariadb_arrives_in_postgresql() throws SQLException {
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute("CREATE TYPE mood AS ENUM ('a', 'it''s', '한글')");
        arrives(servers.database(Engine.MARIADB), target, "types_m2p", IntoPostgres.fromMariaDb());
    }

    @Test
    void every_type_of_mysql_arrives_in_postgresql() throws SQLException {
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute("CREATE TYPE mood AS ENUM ('a', 'it''s', '한글')");
        arrives(servers.database(Engine.MYSQL), target, "types_y2p", IntoPostgres.fromMySql());
    }

    @Test
    void every_type_of_postgresql_arrives_in_mariadb() throws SQLException {
        arrives(source(), servers.database(Engine.MARIADB), "types_p2m", FromPostgres.intoMariaDb());
    }

    @Test
    void every_type_of_postgresql_arrives_in_mysql() throws SQLException {
        arrives(source(), servers.database(Engine.MYSQL), "types_p2y", FromPostgres.intoMySql());
    }

    @Test
    void every_type_of_mysql_arrives_in_mariadb() throws SQLException {
        arrives(servers.database(Engine.MYSQL), servers.database(Engine.MARIADB), "types_y2m", AmongCousins.columns());
    }

    private TestDatabase source() {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        source.execute(
                "CREATE TYPE mood AS ENUM ('a', 'it''s', '한글')",
                "CREATE DOMAIN short AS varchar(20)",
                "CREATE TYPE pair AS (n int, t text)");
        return source;
    }

    private static void arrives(TestDatabase source, TestDatabase target, String name, Columns columns)
            throws SQLException {
        source.execute(columns.createSource("every_type"));
        target.execute(columns.createTarget("every_type"));
        int rows = columns.rows();
        List<String> before = new ArrayList<>();
        List<String> after = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            before.add(columns.insert("every_type", row, row));
            after.add(columns.insert("every_type", INSERTED + row, row));
            before.add(columns.insert("every_type", UPDATED + row, rows));
            after.add(columns.update("every_type", UPDATED + row, row));
        }
        after.add(columns.insert("every_type", END, rows));
        Pipe.inOne(source, before.toArray(String[]::new));
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "every_type"))) {
            pipe.awaitValue(target, "SELECT count(*) FROM every_type", "" + before.size());
            Pipe.inOne(source, after.toArray(String[]::new));
            pipe.awaitValue(target, "SELECT count(*) FROM every_type WHERE id = " + END, "1");
            assertThat(lossy(pipe)).as("what the report calls a loss").isEmpty();
            assertThat(wrong(target, columns, rows)).isEmpty();
            assertThat(Pipe.quarantine(target)).isEmpty();
            assertThat(pipe.target().counts().missing()).isZero();
        }
    }

    private static List<String> wrong(TestDatabase target, Columns columns, int rows) throws SQLException {
        List<String> wrong = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            for (int base : List.of(0, INSERTED, UPDATED)) {
                wrong.addAll(columns.wrong(target, "every_type", base + row, row));
            }
        }
        return wrong;
    }

    private static List<String> lossy(Pipe pipe) {
        return pipe.run().types().values().stream()
                .flatMap(List::stream)
                .map(TypeReport::lines)
                .flatMap(List::stream)
                .filter(line -> line.fate() == Fate.LOSSY || line.fate() == Fate.REFUSED)
                .map(TypeReport.Line::toString)
                .toList();
    }
}
