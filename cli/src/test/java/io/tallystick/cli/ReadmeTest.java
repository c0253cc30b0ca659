package io.tallystick.cli;

import static io.tallystick.saga.RetryPolicy.exponential;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Tx;
import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.SagaFlow.SagaNews;
import io.tallystick.saga.StepContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The saga that the READMEs show is the one below, character by character but for line breaks. */
class ReadmeTest {

    @Test
    void the_saga_of_the_readme_can_be_built() {
        assertThat(theSagaOfTheReadme().type()).isEqualTo("interbank-transfer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.ko.md"})
    void the_saga_of_the_readme_is_the_compiled_one(String readme) throws IOException {
        Path here = HouseTest.ROOT.resolve("cli/src/test/java/io/tallystick/cli/ReadmeTest.java");
        String shown = sagaIn(Files.readString(HouseTest.ROOT.resolve(readme)));
        assertThat(shown).as("the saga in " + readme).isEqualTo(sagaIn(Files.readString(here)));
    }

    private static SagaDefinition<Transfer> theSagaOfTheReadme() {
        Accounts accounts = new Accounts();
        Push push = new Push();
        Alerts alerts = new Alerts();
        SagaDefinition<Transfer> transfer = Saga.define("interbank-transfer", Transfer.class)
                .step("book-balance")
                .local(accounts::debit)
                .compensate(accounts::credit)
                .step("record-transfer")
                .command("transfer.commands", RecordTransfer::from)
                .compensate(CancelTransfer::from)
                .step("remit")
                .http("other-bank", "/remittances")
                .timeout(ofSeconds(10))
                .retry(exponential(ofMillis(200), ofSeconds(30)))
                .pivot()
                .step("notify")
                .call(push::send)
                .forwardOnly()
                .deadline(ofMinutes(10))
                .onParked(alerts::page)
                .build();
        return transfer;
    }

    private static String sagaIn(String text) {
        int from = text.indexOf("SagaDefinition<Transfer> transfer =");
        int to = text.indexOf(".build();", from);
        assertThat(from).as("where the saga begins").isNotNegative();
        return text.substring(from, to).replaceAll("\\s+", "");
    }

    private record Transfer(String from, String to, long amount) {}

    private record RecordTransfer(String to, long amount) {
        static RecordTransfer from(Transfer transfer) {
            return new RecordTransfer(transfer.to(), transfer.amount());
        }
    }

    private record CancelTransfer(String to) {
        static CancelTransfer from(Transfer transfer) {
            return new CancelTransfer(transfer.to());
        }
    }

    private static final class Accounts {
        void debit(Tx tx, Transfer transfer) {}

        void credit(Tx tx, Transfer transfer) {}
    }

    private static final class Push {
        void send(StepContext context, Transfer transfer) {}
    }

    private static final class Alerts {
        void page(SagaNews<Transfer> news) {}
    }
}
