package io.tallystick.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Databases
class TargetCatalogTest {

    private final TestDatabase db;
    private final String schema;

    TargetCatalogTest(TestDatabase db) {
        this.db = db;
        this.schema = db.engine() == Engine.POSTGRESQL ? "public" : db.name();
    }

    @BeforeEach
    void clean() {
        db.execute("DROP TABLE IF EXISTS child", "DROP TABLE IF EXISTS parent", "DROP TABLE IF EXISTS odd");
    }

    @Test
    void columns_key_and_parents_are_as_declared() throws SQLException {
        db.execute(
                "CREATE TABLE parent (id bigint PRIMARY KEY)",
                "CREATE TABLE child (amount decimal(12,2), line int NOT NULL, parent bigint NOT NULL REFERENCES parent (id),"
                        + " twice int GENERATED ALWAYS AS (line * 2) STORED, PRIMARY KEY (parent, line)"
                        + (db.engine().isMySqlFamily() ? ", FOREIGN KEY (parent) REFERENCES parent (id))" : ")"));
        TargetTable child = read(Wanted.all(name("child")));
        assertThat(child.columns()).extracting(TargetColumn::name).containsExactly("amount", "line", "parent");
        assertThat(child.columns()).extracting(TargetColumn::nullable).containsExactly(true, false, false);
        assertThat(child.columns())
                .extracting(TargetColumn::kind)
                .containsExactly(ValueKind.DECIMAL, ValueKind.INTEGER, ValueKind.INTEGER);
        assertThat(child.key()).as("in the order of the key").containsExactly(2, 1);
        assertThat(child.parents()).containsExactly(name("parent"));
        assertThat(child.inOrder()).isFalse();
    }

    @Test
    void everything_that_is_wrong_is_said_at_once() {
        db.execute(
                "CREATE TABLE odd (id int, twice int GENERATED ALWAYS AS (id * 2) STORED)",
                "CREATE TABLE parent (id bigint PRIMARY KEY, name varchar(20))");
        assertThatThrownBy(() -> read(
                        new Wanted(name("nowhere"), List.of("id")),
                        new Wanted(name("odd"), List.of("id", "twice", "thrice")),
                        new Wanted(name("parent"), List.of("name"))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("nowhere does not exist")
                .hasMessageContaining("twice of " + schema + ".odd is computed")
                .hasMessageContaining("has no column thrice")
                .hasMessageContaining("odd has no primary key")
                .hasMessageContaining("does not write id of its key");
    }

    @Test
    void a_unique_key_without_nulls_stands_in_for_a_primary_key_that_the_route_does_not_write() throws SQLException {
        db.execute("CREATE TABLE odd (id int PRIMARY KEY, code varchar(20) NOT NULL UNIQUE, note varchar(20))");
        TargetTable odd = read(new Wanted(name("odd"), List.of("note", "code")));
        assertThat(odd.key()).containsExactly(1);
        assertThat(odd.inOrder()).as("the primary key is another unique key").isTrue();
    }

    @Test
    void a_second_unique_key_a_trigger_and_a_row_above_of_the_same_table_want_the_order_kept() throws SQLException {
        db.execute("CREATE TABLE odd (id int PRIMARY KEY, code varchar(20), above int)");
        assertThat(read(Wanted.all(name("odd"))).inOrder()).isFalse();
        db.execute("ALTER TABLE odd ADD CONSTRAINT up FOREIGN KEY (above) REFERENCES odd (id)");
        assertThat(read(Wanted.all(name("odd"))).inOrder()).isTrue();
        db.execute("ALTER TABLE odd DROP " + (db.engine().isMySqlFamily() ? "FOREIGN KEY up" : "CONSTRAINT up"));
        db.execute("CREATE UNIQUE INDEX codes ON odd (code)");
        assertThat(read(Wanted.all(name("odd"))).inOrder()).isTrue();
        db.execute(db.engine().isMySqlFamily() ? "DROP INDEX codes ON odd" : "DROP INDEX codes");
        db.execute(triggers());
        assertThat(read(Wanted.all(name("odd"))).inOrder()).isTrue();
    }

    private String[] triggers() {
        if (db.engine().isMySqlFamily()) {
            return new String[] {"CREATE TRIGGER look BEFORE INSERT ON odd FOR EACH ROW SET NEW.above = NULL"};
        }
        return new String[] {
            "CREATE OR REPLACE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER look BEFORE INSERT ON odd FOR EACH ROW EXECUTE FUNCTION look()"
        };
    }

    @Test
    void what_is_checked_at_the_commit_only_does_not_want_the_order_kept() throws SQLException {
        if (db.engine() != Engine.POSTGRESQL) {
            return; // MariaDB and MySQL check everything at once
        }
        db.execute("CREATE TABLE odd (id int PRIMARY KEY, code text UNIQUE DEFERRABLE INITIALLY DEFERRED,"
                + " above int REFERENCES odd (id) DEFERRABLE INITIALLY DEFERRED)");
        assertThat(read(Wanted.all(name("odd"))).inOrder()).isFalse();
        db.execute("ALTER TABLE odd ADD EXCLUDE (code WITH =)");
        assertThat(read(Wanted.all(name("odd"))).inOrder()).isTrue();
    }

    @Test
    void an_identity_that_is_always_generated_can_be_a_key_and_nothing_else() throws SQLException {
        if (db.engine() != Engine.POSTGRESQL) {
            return; // only PostgreSQL has such columns
        }
        db.execute("CREATE TABLE odd (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)");
        assertThat(read(Wanted.all(name("odd"))).key()).containsExactly(0);
        db.execute("CREATE TABLE parent (id int PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY)");
        assertThatThrownBy(() -> read(Wanted.all(name("parent"))))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("ALTER COLUMN n SET GENERATED BY DEFAULT");
    }

    @Test
    void a_database_that_nobody_knows_is_read_through_its_driver() throws SQLException {
        try (Connection h2 = DriverManager.getConnection("jdbc:h2:mem:")) {
            try (var statement = h2.createStatement()) {
                statement.execute("CREATE TABLE parent (id bigint PRIMARY KEY)");
                statement.execute(
                        "CREATE TABLE child (a_b int, id int PRIMARY KEY, parent bigint REFERENCES parent (id),"
                                + " twice int GENERATED ALWAYS AS (id * 2))");
                statement.execute("CREATE TABLE childXX (id int PRIMARY KEY, code int UNIQUE)");
            }
            TargetCatalog catalog = TargetCatalog.of(h2);
            List<TargetTable> tables = catalog.read(List.of(
                    new Wanted(new TableName("PUBLIC", "CHILD"), List.of("id", "Parent")),
                    Wanted.all(new TableName("PUBLIC", "CHILDXX"))));
            assertThat(tables.get(0).columns()).extracting(TargetColumn::name).containsExactly("ID", "PARENT");
            assertThat(tables.get(0).parents()).containsExactly(new TableName("PUBLIC", "PARENT"));
            assertThat(tables.get(0).inOrder()).isFalse();
            assertThat(tables.get(1).inOrder()).isTrue();
            assertThat(catalog.exists(new TableName("PUBLIC", "NOWHERE"))).isFalse();
        }
    }

    private TableName name(String table) {
        return new TableName(schema, table);
    }

    private TargetTable read(Wanted wanted) throws SQLException {
        return read(new Wanted[] {wanted}).get(0);
    }

    private List<TargetTable> read(Wanted... wanted) throws SQLException {
        try (Connection connection = db.connect()) {
            return TargetCatalog.of(connection).read(List.of(wanted));
        }
    }
}
