package io.tallystick.examples.play;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.examples.points.PointsSaga;
import io.tallystick.examples.service.Client;
import io.tallystick.examples.shop.CustomerLine;
import io.tallystick.examples.shop.OrderSaga;
import io.tallystick.examples.transfer.Push;
import io.tallystick.examples.transfer.TransferSaga;
import io.tallystick.saga.LintReport;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.SagaLinter;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The definitions of the flows, before they run. */
class DesignTest {

    private final Client nobody = new Client(URI.create("http://127.0.0.1:1"));

    @Test
    void the_linter_finds_nothing_in_the_flows_that_is_not_accepted_with_a_reason() {
        List<SagaDefinition<?>> definitions = List.of(
                TransferSaga.improved(new Push(nobody)),
                PointsSaga.backward(),
                PointsSaga.forward(),
                OrderSaga.order(new CustomerLine(nobody)));

        assertThat(definitions).allSatisfy(definition -> {
            LintReport report = SagaLinter.lint(definition);
            assertThat(report.open()).as(report.toText()).isEmpty();
        });
    }

    @Test
    void of_the_naive_transfer_it_says_that_the_balance_is_checked_long_before_it_is_booked() {
        LintReport report = SagaLinter.lint(TransferSaga.naive(new Push(nobody)));

        assertThat(report.open()).as(report.toText()).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).isEqualTo("stale-check");
            assertThat(finding.steps()).contains("check-balance", "book-balance");
            assertThat(finding.reordered()).containsSubsequence("book-balance", "record", "remit");
        });
    }
}
