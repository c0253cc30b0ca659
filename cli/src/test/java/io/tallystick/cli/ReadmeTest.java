package io.tallystick.cli;

import static io.tallystick.saga.RetryPolicy.exponential;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Channel;
import io.tallystick.saga.Finding;
import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.SagaEngine;
import io.tallystick.saga.SagaFlow.SagaNews;
import io.tallystick.saga.SagaId;
import io.tallystick.saga.SagaLinter;
import io.tallystick.saga.SagaOutcome;
import io.tallystick.saga.StepContext;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code that the READMEs show is the one below, character by character but for line breaks. */
class ReadmeTest {

    @Test
    void the_saga_of_the_readme_can_be_built() {
        assertThat(theSagaOfTheReadme().type()).isEqualTo("interbank-transfer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.ko.md"})
    void the_code_of_the_readme_is_the_compiled_one(String readme) throws IOException {
        Path here = HouseTest.ROOT.resolve("cli/src/test/java/io/tallystick/cli/ReadmeTest.java");
        String shown = Files.readString(HouseTest.ROOT.resolve(readme));
        String compiled = Files.readString(here);
        assertThat(sagaIn(shown)).as("the saga in " + readme).isEqualTo(sagaIn(compiled));
        assertThat(useIn(shown)).as("its use in " + readme).isEqualTo(useIn(compiled));
        assertThat(pipelineIn(shown)).as("the pipeline in " + readme).isEqualTo(pipelineIn(compiled));
    }

    @Test
    void the_linter_warns_of_nothing_in_the_saga_of_the_readme() {
        assertThat(SagaLinter.lint(theSagaOfTheReadme()).open())
                .filteredOn(finding -> finding.severity() != Finding.Severity.HINT)
                .isEmpty();
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
                .neverRefuses()
                .deadline(ofMinutes(10))
                .onParked(alerts::page)
                .build();
        return transfer;
    }

    /** Compiled and not run: it takes a database, a channel and two services, which the demo has. */
    static SagaOutcome theUseInTheReadme(
            DataSource dataSource,
            Channel channel,
            Function<String, URI> addresses,
            SagaDefinition<Transfer> transfer) {
        try (SagaEngine sagas = SagaEngine.on(dataSource)
                .channel(channel)
                .services(addresses)
                .register(transfer)
                .start()) {
            SagaId id = sagas.start(transfer, "transfer-42", new Transfer("alice", "bob", 30));
            SagaOutcome outcome = sagas.await(id, ofSeconds(5));
            return outcome;
        }
    }

    /** Compiled and not run: the demo runs one. */
    static PipelineStatus thePipelineInTheReadme() {
        try (PipelineRun accounts = PipelineRun.start(Path.of("accounts.yaml"))) {
            PipelineStatus status = accounts.status();
            return status;
        }
    }

    private static String pipelineIn(String text) {
        return between(text, "try (PipelineRun accounts", "accounts.status();");
    }

    private static String sagaIn(String text) {
        return between(text, "SagaDefinition<Transfer> transfer =", ".build();");
    }

    private static String useIn(String text) {
        return between(text, "try (SagaEngine sagas", "ofSeconds(5));");
    }

    static String between(String text, String begin, String end) {
        int from = text.indexOf(begin);
        assertThat(from).as("where '%s' stands", begin).isNotNegative();
        int to = text.indexOf(end, from);
        assertThat(to).as("where '%s' stands", end).isNotNegative();
        return text.substring(from, to).replaceAll("//.*", "").replaceAll("\\s+", "");
    }

    record Transfer(String from, String to, long amount) {}

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
