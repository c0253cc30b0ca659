package io.tallystick.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.xa.RolledBackException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientException;

/** {@code @Transactional} over two Spring Boot services with embedded Tomcats; the shop is on PostgreSQL, the points on the database of the subclass. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TransactionsOverTomcatContract {

    private final TestDatabase shopDb = TestDatabases.postgres().start();
    private final TestDatabase pointsDb;
    private TwoServices services;
    private Sales sales;

    TransactionsOverTomcatContract(TestDatabase pointsDb) {
        this.pointsDb = pointsDb;
    }

    @BeforeAll
    void start() {
        services = TwoServices.open(shopDb, pointsDb);
        sales = services.sales();
    }

    @AfterEach
    void accounts() {
        services.handlers().heard().clear();
        shopDb.execute("UPDATE account SET amount = 100");
        pointsDb.execute("UPDATE account SET amount = 100");
    }

    @AfterAll
    void stop() {
        services.close();
        shopDb.close();
        pointsDb.close();
    }

    private void assertAmounts(int inShop, int inPoints) {
        await().untilAsserted(() -> {
            assertThat(TwoServices.amount(shopDb)).as("shop").isEqualTo(inShop);
            assertThat(TwoServices.amount(pointsDb)).as("points").isEqualTo(inPoints);
            assertThat(TwoServices.prepared(shopDb) + TwoServices.prepared(pointsDb))
                    .as("prepared")
                    .isZero();
        });
    }

    @Test
    void both_services_commit() {
        assertThat(sales.pay("/book")).isEqualTo("booked");
        assertAmounts(70, 130);
    }

    @Test
    void a_handler_takes_part_also_without_the_annotation() {
        assertThat(sales.pay("/book-without-annotation")).isEqualTo("booked");
        assertAmounts(70, 130);
    }

    @Test
    void what_is_only_prepared_is_not_announced_as_committed() {
        sales.pay("/book");
        assertThat(services.handlers().heard()).contains("completed 2").doesNotContain("completed 0");
    }

    @Test
    void a_call_outside_of_a_transaction_commits_by_itself() {
        assertThat(sales.callOutsideOfATransaction("/book")).isEqualTo("booked");
        assertAmounts(100, 130);
        assertThat(services.handlers().heard()).containsExactly("after commit", "completed 0");
    }

    @Test
    void when_the_caller_changes_its_mind_both_roll_back() {
        assertThatThrownBy(() -> sales.payAndThrow("/book")).hasMessage("changed its mind");
        assertAmounts(100, 100);
    }

    @Test
    void a_handler_that_throws_is_rolled_back_and_reported() {
        assertThatThrownBy(() -> sales.pay("/throw")).isInstanceOf(HttpServerErrorException.class);
        assertAmounts(100, 100);
        assertDoomed("/throw", "out of points");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/refuse", "/handled"})
    void a_handler_that_answers_an_error_is_rolled_back_and_its_answer_arrives(String path) {
        assertThatThrownBy(() -> sales.pay(path)).isInstanceOf(HttpClientErrorException.class);
        assertAmounts(100, 100);
        assertDoomed(path, path.equals("/refuse") ? "no points today" : "turned into an answer");
    }

    @Test
    void a_participant_that_says_no_although_it_answers_well_rolls_everything_back() {
        assertDoomed("/doomed", "voted no");
    }

    /** Also when the caller goes on as if nothing had happened. */
    private void assertDoomed(String path, String why) {
        assertThatThrownBy(() -> sales.payWhateverComes(path))
                .isInstanceOf(UnexpectedRollbackException.class)
                .hasRootCauseInstanceOf(RolledBackException.class)
                .rootCause()
                .hasMessageContaining("'points'")
                .hasMessageContaining(why);
        assertAmounts(100, 100);
    }

    @Test
    void a_lost_answer_rolls_both_back() {
        services.calls.dropReplyTo("/book");
        assertThatThrownBy(() -> sales.pay("/book")).isInstanceOf(ResourceAccessException.class);
        assertAmounts(100, 100);
        services.calls.dropReplyTo("/book");
        assertDoomed("/book", "was lost");
    }

    @Test
    void a_participant_that_is_not_told_the_end_asks_for_it_and_commits() {
        services.endpoints.cut();
        assertThat(sales.pay("/book")).isEqualTo("booked");
        assertAmounts(70, 130);
        services.endpoints.heal();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/callable", "/deferred", "/emitter", "/streaming"})
    void an_asynchronous_handler_is_refused_clearly(String path) {
        assertThatThrownBy(() -> sales.pay(path)).isInstanceOf(HttpServerErrorException.class);
        assertDoomed(path, "cannot go on asynchronously");
    }

    @Test
    void an_asynchronous_handler_outside_of_a_transaction_works_as_ever() {
        assertThat(sales.callOutsideOfATransaction("/callable")).isEqualTo("booked");
        assertAmounts(100, 130);
    }

    @Test
    void a_response_that_is_flushed_early_is_held_back_for_the_vote() {
        assertThat(sales.pay("/flush")).isEqualTo("first then");
        assertAmounts(70, 130);
    }

    @Test
    void a_response_that_was_sent_past_the_filter_rolls_everything_back() {
        assertDoomed("/unwrap", "points");
    }

    @Test
    void a_response_that_is_too_long_to_be_held_back_rolls_everything_back() {
        assertThatThrownBy(() -> sales.pay("/long")).isInstanceOf(HttpServerErrorException.class);
        assertDoomed("/long", "longest-response");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/elsewhere", "/redirect"})
    void a_redirect_carries_the_vote(String path) throws RestClientException {
        sales.pay(path);
        assertAmounts(70, 130);
    }
}
