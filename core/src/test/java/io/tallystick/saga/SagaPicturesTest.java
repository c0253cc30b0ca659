package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The pictures and tables in docs/ that are drawn from the code. A test fails when the committed file differs; it is
 * written anew by {@code mvn -pl core -am test -Dtest=SagaPicturesTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtally.pictures=write}.
 */
class SagaPicturesTest {

    private static final boolean WRITE = "write".equals(System.getProperty("tally.pictures"));

    @Test
    void the_step_machine_is_drawn_as_it_is() throws IOException {
        upToDate("pictures/step-machine.svg", StepTableDiagram.svg());
        assertThat(StepTableDiagram.mermaid()).contains("RUNNING --> DONE : done");
    }

    @Test
    void the_interbank_transfer_is_drawn_as_it_is() throws IOException {
        upToDate("pictures/interbank-transfer.svg", SagaDiagram.svg(transfer()));
        assertThat(SagaDiagram.mermaid(transfer())).contains("s1 -. compensate .-> s0", "{{\"remit");
    }

    @Test
    void branches_are_drawn_below_each_other() throws IOException {
        SagaGraph trip = Steps.graph(
                Steps.call("check-customer").readOnly(),
                Steps.http("flight").after("check-customer").compensated(),
                Steps.command("hotel").after("check-customer").compensated(),
                Steps.call("pay").after("flight", "hotel").pivot());
        upToDate("pictures/saga-with-branches.svg", SagaDiagram.svg(named("book-a-trip", trip)));
    }

    @Test
    void the_table_of_methods_is_printed_as_the_advisor_reads_it() throws IOException {
        upToDate("which-method.md", Advisor.toMarkdown());
    }

    private static SagaGraph transfer() {
        return named("interbank-transfer", SagaExplorerTest.transfer());
    }

    private static SagaGraph named(String type, SagaGraph graph) {
        return new SagaGraph(type, graph.steps(), graph.deadline(), graph.notices());
    }

    private static void upToDate(String name, String drawn) throws IOException {
        Path file = Path.of("..", "docs").resolve(name);
        if (WRITE) {
            Files.writeString(file, drawn);
        }
        assertThat(file)
                .as("docs/%s is drawn from the code; write it anew with -Dtally.pictures=write", name)
                .exists()
                .content()
                .isEqualTo(drawn);
    }
}
