package io.tallystick.examples.twophase;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.examples.Check;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.FlowContract;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.xa.XaOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every scene of the flow, with its fault, between real processes; then the books of all databases, and that they can fail. */
class TwoPhaseFlowTest extends FlowContract {

    TwoPhaseFlowTest() {
        super(new TwoPhasePlay());
    }

    @Test
    void a_use_that_is_taken_out_of_one_database_by_hand_is_found() {
        CardHolders holders = new CardHolders();
        Till.DESK.open(stage, "by-hand", false);
        assertThat(holders.use(stage, Till.DESK, "by-hand")).isEqualTo(XaOutcome.COMMITTED);
        Jdbc bills = world.books(Till.DESK.bills());
        bills.run(tx -> {
            tx.update("UPDATE booking SET amount = 0 WHERE reference = 'use-by-hand'");
            tx.update("UPDATE bill SET due = 1000 WHERE card = 'by-hand'");
        });

        assertThat(failed(holders, TwoPhaseBooks.BOUND))
                .contains(
                        "Each use of points is booked in PostgreSQL and in MariaDB, or in neither",
                        "Cards by points / won due, in two databases",
                        "Each use whose customer was told \"committed\" is booked in both databases");

        bills.run(tx -> {
            tx.update("UPDATE booking SET amount = 100 WHERE reference = 'use-by-hand'");
            tx.update("UPDATE bill SET due = 900 WHERE card = 'by-hand'");
        });
        assertThat(failed(holders, TwoPhaseBooks.BOUND)).isEmpty();
    }

    @Test
    void a_branch_that_nobody_finishes_is_found() {
        Jdbc points = world.books(Till.POINTS.points());
        points.autocommit(tx -> {
            tx.update("BEGIN");
            tx.update("INSERT INTO permit (card) VALUES ('nobody')");
            return tx.update("PREPARE TRANSACTION 'left behind'");
        });

        assertThat(failed(new CardHolders(), Duration.ZERO))
                .contains("Branches that stay prepared in PostgreSQL for more than 0 s");

        points.autocommit(tx -> tx.update("ROLLBACK PREPARED 'left behind'"));
        assertThat(failed(new CardHolders(), TwoPhaseBooks.BOUND)).isEmpty();
    }

    private List<String> failed(CardHolders holders, Duration bound) {
        return new TwoPhaseBooks(new Books(world), holders, bound)
                .check().stream().filter(check -> !check.ok()).map(Check::name).toList();
    }
}
