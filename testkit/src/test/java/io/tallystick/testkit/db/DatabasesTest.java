package io.tallystick.testkit.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The annotation on a class: one run per engine, one database per class. */
class DatabasesTest {
    abstract static class Contract {
        private final TestDatabase db;

        Contract(TestDatabase db) {
            this.db = db;
        }

        @Test
        void the_driver_reaches_the_engine_that_was_asked_for(Engine engine, DataSource source) throws SQLException {
            try (Connection connection = source.getConnection()) {
                String product = connection.getMetaData().getDatabaseProductName();
                assertThat(product).isEqualToIgnoringCase(engine.name());
            }
        }

        @Test
        void the_database_is_empty_when_the_class_begins() {
            // would fail with "already exists" if another class had been given the same database
            db.execute("CREATE TABLE only_once (id int PRIMARY KEY)");
        }

        @Nested
        class Inside {
            @Test
            void nested_classes_see_the_database_of_the_outer_one(TestDatabase inner) {
                assertThat(inner.url()).isEqualTo(db.url());
            }
        }
    }

    @Nested
    @Databases
    class First extends Contract {
        First(TestDatabase db) {
            super(db);
        }
    }

    @Nested
    @Databases({Engine.POSTGRESQL, Engine.MYSQL})
    class Second extends Contract {
        Second(TestDatabase db) {
            super(db);
        }
    }

    @Nested
    @Databases(value = Engine.POSTGRESQL, settings = "max_prepared_transactions=3")
    class WithSettings {
        @Test
        void a_setting_reaches_a_server_of_its_own(TestDatabase db) throws SQLException {
            try (Connection connection = db.connect();
                    var rows = connection.createStatement().executeQuery("SHOW max_prepared_transactions")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(3);
            }
            db.kill();
            db.restart();
        }
    }
}
