package io.tallystick.bench.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A benchmark that took a wrong copy for a right one would praise whoever loses rows. */
@Databases(Engine.POSTGRESQL)
class ComparisonTest {

    private final TestDatabase source;
    private final TestDatabase target;

    ComparisonTest(TestDatabase source) {
        this.source = source;
        this.target = source.createDatabase();
    }

    @BeforeEach
    void the_same_three_rows_in_both() {
        for (TestDatabase database : new TestDatabase[] {source, target}) {
            database.execute(
                    "DROP TABLE IF EXISTS bench",
                    Shape.SMALL.sourceTable(Engine.POSTGRESQL),
                    "INSERT INTO bench SELECT i, 'customer ' || i, i, '2026-11-22Z' FROM generate_series(1, 3) i");
        }
    }

    @AfterEach
    void drop() {
        target.close();
    }

    private long check() throws SQLException {
        return new Comparison(Shape.SMALL, source, target).check();
    }

    @Test
    void equal_rows_are_counted() throws SQLException {
        assertThat(check()).isEqualTo(3);
    }

    @Test
    void another_cell_is_named_with_its_row_and_both_values() {
        target.execute("UPDATE bench SET amount = amount + 1 WHERE id = 2");
        assertThatThrownBy(this::check).hasMessageContaining("row 2, amount: expected 2.00, found 3.00");
    }

    @Test
    void a_null_is_not_the_word() {
        target.execute("UPDATE bench SET name = NULL WHERE id = 3");
        assertThatThrownBy(this::check).hasMessageContaining("row 3, name: expected customer 3, found null");
    }

    @Test
    void a_row_that_is_lost_at_the_end_is_missed() {
        target.execute("DELETE FROM bench WHERE id = 3");
        assertThatThrownBy(this::check).hasMessageContaining("lacks id 3");
    }

    @Test
    void a_row_too_many_is_seen() {
        target.execute("INSERT INTO bench (id) VALUES (4)");
        assertThatThrownBy(this::check).hasMessageContaining("has id 4");
    }
}
