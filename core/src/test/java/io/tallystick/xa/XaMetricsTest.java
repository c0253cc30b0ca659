package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.xa.DecisionRecord.Voted;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an engine reports of its work, with resources that answer as the test says. */
class XaMetricsTest {

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final ScriptedBranchDriver orders = new ScriptedBranchDriver("orders");
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final XaEngine engine = engine(new Heard(), Duration.ofMillis(50));

    private XaEngine engine(XaMetrics metrics, Duration ackWait) {
        return XaEngine.named("shop")
                .resource(orders)
                .resource(stock)
                .decisions(new InMemoryDecisionStore("memory", InstantSource.system()))
                .settings(XaSettings.standard()
                        .withLease(Duration.ofMillis(500))
                        .withScanEvery(Duration.ofMillis(20))
                        .withTimeout(Duration.ofMinutes(5))
                        .withPrepareBudget(Duration.ofMinutes(1))
                        .withAckWait(ackWait))
                .metrics(metrics)
                .open();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private XaTransaction sale() {
        XaTransaction sale = engine.begin();
        sale.branch("orders");
        sale.branch("stock");
        return sale;
    }

    private void awaitHeard(String what) {
        await().untilAsserted(() -> assertThat(heard).contains(what));
    }

    @Test
    void a_commit_tells_its_outcome_and_how_long_each_phase_took() {
        sale().commit();
        awaitHeard("left COMMITTING");
        awaitHeard("ended COMMITTED");
        assertThat(heard)
                .filteredOn(s -> s.startsWith("left") || s.startsWith("ended"))
                .containsExactlyInAnyOrder(
                        "left ACTIVE", "left PREPARING", "left DECIDING", "left COMMITTING", "ended COMMITTED");
    }

    @Test
    void a_no_is_an_outcome_too() {
        stock.vote = new Vote.No("sold out");
        assertThat(sale()).satisfies(sale -> {
            try {
                sale.commit();
            } catch (RolledBackException expected) {
                heard.add("told");
            }
        });
        assertThat(heard).contains("told");
        // whoever brings the last answer may tell the application first
        awaitHeard("ended ROLLED_BACK");
    }

    @Test
    void a_part_that_is_prepared_for_another_service_is_not_counted_as_committed() {
        Gtrid gtrid = elsewhere();
        XaTransaction part = engine.beginFor(gtrid, Instant.now().plusSeconds(300));
        part.branch("stock");
        List<Voted> voted = part.handOver();
        assertThat(voted).hasSize(1);
        awaitHeard("handed over");
        assertThat(heard).doesNotContain("ended COMMITTED");
    }

    @Test
    void a_branch_that_does_not_answer_is_asked_again() {
        stock.acks.add(new Ack.Retry("busy"));
        stock.acks.add(new Ack.Retry("still busy"));
        sale().commit();
        awaitHeard("asked again stock");
    }

    @Test
    void a_branch_that_decided_by_itself_is_counted() {
        stock.acks.add(new Ack.Heuristic(Ack.Found.ROLLED_BACK, "by hand"));
        try (XaEngine patient = engine(new Heard(), Duration.ofSeconds(60))) {
            XaTransaction sale = patient.begin();
            sale.branch("stock");
            sale.branch("orders");
            assertThatThrownBy(sale::commit).isInstanceOf(HeuristicException.class);
        }
        assertThat(heard).contains("heuristic stock COMMIT");
    }

    @Test
    void what_is_in_doubt_is_told_at_each_look_with_its_age() {
        stock.prepared.add(
                new BranchDriver.PreparedBranch(new BranchXid(elsewhere(), 1, Gtrid.hash("stock"), 7), null));
        await().until(() -> heard.stream().anyMatch(s -> s.matches("in doubt stock 1 PT(?!0S).+")));
        stock.prepared.clear();
        heard.clear();
        awaitHeard("in doubt stock 0 PT0S");
    }

    @Test
    void a_resource_that_does_not_answer_takes_no_branches_until_it_does() {
        awaitHeard("takes branches stock true");
        stock.away = true;
        awaitHeard("takes branches stock false");
        heard.clear();
        stock.away = false;
        awaitHeard("takes branches stock true");
    }

    @Test
    void metrics_that_fail_change_nothing() {
        XaMetrics broken = new XaMetrics() {
            @Override
            public void left(XaPhase phase, Duration took) {
                throw new IllegalStateException("no metrics today");
            }

            @Override
            public void ended(XaOutcome outcome, Duration sinceBegin) {
                throw new IllegalStateException("no metrics today");
            }
        };
        try (XaEngine other = engine(broken, Duration.ofMillis(50))) {
            XaTransaction sale = other.begin();
            sale.branch("orders");
            sale.branch("stock");
            sale.commit();
            assertThat(sale.phase()).isIn(XaPhase.COMMITTED, XaPhase.COMMITTING);
        }
    }

    private static Gtrid elsewhere() {
        return new Gtrid(Gtrid.hash("bank"), Gtrid.hash("vault"), 5, 1, 9, Instant.now());
    }

    private final class Heard implements XaMetrics {
        @Override
        public void ended(XaOutcome outcome, Duration sinceBegin) {
            heard.add("ended " + outcome);
        }

        @Override
        public void handedOver(Duration sinceBegin) {
            heard.add("handed over");
        }

        @Override
        public void left(XaPhase phase, Duration took) {
            assertThat(took.isNegative()).isFalse();
            heard.add("left " + phase);
        }

        @Override
        public void askedAgain(String resource) {
            heard.add("asked again " + resource);
        }

        @Override
        public void inDoubt(String resource, int branches, Duration oldest) {
            heard.add("in doubt " + resource + " " + branches + " " + oldest);
        }

        @Override
        public void takesBranches(String resource, boolean takes) {
            heard.add("takes branches " + resource + " " + takes);
        }

        @Override
        public void heuristic(String resource, Verdict decided) {
            heard.add("heuristic " + resource + " " + decided);
        }
    }
}
