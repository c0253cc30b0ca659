package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is done to the rows of one product ends the same in another, by a whole pipeline. */
@ExtendWith(Servers.Extension.class)
class ChangesAcrossTest {

    private static final List<String> TABLES = List.of("pair", "parent", "child", "list", "tree");
    private static final int TRANSACTIONS = 80;
    private static final int END = 100_000;

    private final Servers servers;

    ChangesAcrossTest(Servers servers) {
        this.servers = servers;
    }

    @ParameterizedTest
    @CsvSource({
        "MARIADB, POSTGRESQL, 1",
        "MYSQL, POSTGRESQL, 2",
        "POSTGRESQL, MARIADB, 3",
        "POSTGRESQL, MYSQL, 4",
        "MYSQL, MARIADB, 5",
        "POSTGRESQL, POSTGRESQL, 6"
    })
    void moved_keys_swapped_values_emptied_tables_and_all_else_end_the_same(Engine from, Engine to, int seed)
            throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        for (TestDatabase db : List.of(source, target)) {
            db.execute(
                    "CREATE TABLE pair (a INT, b VARCHAR(20), n BIGINT, s TEXT, PRIMARY KEY (b, a))",
                    "CREATE TABLE parent (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL)",
                    "CREATE TABLE child (id INT PRIMARY KEY, parent INT NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id))",
                    "CREATE TABLE tree (id INT PRIMARY KEY, above INT, FOREIGN KEY (above) REFERENCES tree (id))",
                    "CREATE TABLE list (id INT PRIMARY KEY, u INT UNIQUE, s VARCHAR(100))");
        }
        History history = new History(source, seed);
        source.execute(
                "INSERT INTO tree VALUES (3, NULL)",
                "INSERT INTO tree VALUES (1, 3)",
                "INSERT INTO tree VALUES (2, 1)");
        history.play(TRANSACTIONS / 4);
        String name = "changes_" + from.name().toLowerCase(Locale.ROOT) + "_"
                + to.name().toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, TABLES.toArray(String[]::new)))) {
            history.play(TRANSACTIONS);
            source.execute("INSERT INTO list VALUES (" + END + ", NULL, '끝😀')");
            pipe.awaitValue(target, "SELECT s FROM list WHERE id = " + END, "끝😀");
            for (String table : TABLES) {
                // the copy of a table may still be on its way while the log has arrived
                pipe.awaitRows(
                        target,
                        "SELECT * FROM " + table,
                        found -> assertThat(found).as(table).containsExactlyInAnyOrderElementsOf(all(source, table)));
            }
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }

    private static List<String> all(TestDatabase db, String table) {
        try {
            return Pipe.rows(db, "SELECT * FROM " + table);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Transactions at random, the same for the same seed. */
    private static final class History {

        private static final List<String> KEYS = List.of("가", "나", "x y", "it''s", "😀", "");

        private final TestDatabase source;
        private final SplittableRandom random;

        History(TestDatabase source, int seed) {
            this.source = source;
            this.random = new SplittableRandom(seed);
        }

        void play(int transactions) throws SQLException {
            for (int i = 0; i < transactions; i++) {
                List<String> statements = new ArrayList<>();
                for (int part = random.nextInt(1, 4); part > 0; part--) {
                    some(statements);
                }
                Pipe.inOne(source, statements.toArray(String[]::new));
            }
        }

        private void some(List<String> out) {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> put(out);
                case 3 -> out.add("UPDATE pair SET n = n + 1 WHERE a = " + a());
                case 4 -> move(out);
                case 5 -> out.add("DELETE FROM pair WHERE b = " + b());
                case 6 -> family(out);
                case 7 -> orphans(out);
                case 8 -> swap(out);
                default -> empty(out);
            }
        }

        private int a() {
            return random.nextInt(6);
        }

        private String b() {
            return "'" + KEYS.get(random.nextInt(KEYS.size())) + "'";
        }

        private void put(List<String> out) {
            int a = a();
            String b = b();
            out.add("DELETE FROM pair WHERE a = " + a + " AND b = " + b);
            out.add("INSERT INTO pair VALUES (" + a + ", " + b + ", " + random.nextLong() + ", "
                    + (random.nextInt(4) == 0 ? "NULL" : "REPEAT('한', " + random.nextInt(3000) + ")") + ")");
        }

        private void move(List<String> out) {
            int a = a();
            int to = a();
            String b = b();
            String there = b();
            out.add("DELETE FROM pair WHERE a = " + to + " AND b = " + there + " AND NOT (a = " + a + " AND b = " + b
                    + ")");
            out.add("UPDATE pair SET a = " + to + ", b = " + there + " WHERE a = " + a + " AND b = " + b);
        }

        private void family(List<String> out) {
            int parent = random.nextInt(8);
            out.add("DELETE FROM child WHERE parent = " + parent);
            out.add("DELETE FROM parent WHERE id = " + parent);
            out.add("INSERT INTO parent VALUES (" + parent + ", 'name " + random.nextInt(100) + "')");
            int child = random.nextInt(20);
            out.add("DELETE FROM child WHERE id = " + child);
            out.add("INSERT INTO child VALUES (" + child + ", " + parent + ")");
        }

        private void orphans(List<String> out) {
            int parent = random.nextInt(8);
            out.add("DELETE FROM child WHERE parent = " + parent);
            out.add("DELETE FROM parent WHERE id = " + parent);
        }

        /** Two rows exchange a unique value, by way of a third one. */
        private void swap(List<String> out) {
            int one = random.nextInt(10);
            int other = one + 10;
            out.add("DELETE FROM list WHERE id IN (" + one + ", " + other + ")");
            out.add("INSERT INTO list VALUES (" + one + ", " + one + ", 'one'), (" + other + ", " + other
                    + ", 'other')");
            out.add("UPDATE list SET u = -1 WHERE id = " + one);
            out.add("UPDATE list SET u = " + one + " WHERE id = " + other);
            out.add("UPDATE list SET u = " + other + " WHERE id = " + one);
        }

        private void empty(List<String> out) {
            if (random.nextInt(4) == 0) {
                out.add("TRUNCATE TABLE list");
            } else {
                out.add("DELETE FROM list WHERE id < " + random.nextInt(20));
            }
        }
    }
}
