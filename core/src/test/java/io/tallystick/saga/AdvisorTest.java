package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.saga.Advisor.Answers;
import io.tallystick.saga.Advisor.Method;
import io.tallystick.saga.Advisor.Preparing;
import io.tallystick.saga.Advisor.Teams;
import org.junit.jupiter.api.Test;

/** The rules of "which method when", and that they leave nobody without advice. */
class AdvisorTest {

    @Test
    void every_combination_of_answers_gets_advice_and_every_method_is_advised_somewhere() {
        assertThat(Advisor.everyAnswer())
                .hasSize(48)
                .allSatisfy(
                        answers -> assertThat(Advisor.advise(answers).reason()).isNotBlank());
        assertThat(Advisor.everyAnswer().stream()
                        .map(answers -> Advisor.advise(answers).method())
                        .distinct())
                .containsExactlyInAnyOrder(Method.values());
    }

    @Test
    void card_points_that_must_never_disagree_are_a_matter_for_2PC() {
        assertThat(advise(false, Preparing.FEW_CAN_PREPARE, true, false, Teams.ONE))
                .isEqualTo(Method.TWO_PHASE_COMMIT);
    }

    @Test
    void a_groupware_account_with_many_followers_is_a_matter_for_CDC() {
        assertThat(advise(true, Preparing.NOT_ALL_OR_MANY, false, true, Teams.MANY))
                .isEqualTo(Method.CDC);
    }

    @Test
    void an_interbank_transfer_is_a_saga_orchestrated_by_one_team_or_choreographed_among_many() {
        assertThat(advise(true, Preparing.NOT_ALL_OR_MANY, true, false, Teams.ONE))
                .isEqualTo(Method.ORCHESTRATED_SAGA);
        assertThat(advise(true, Preparing.NOT_ALL_OR_MANY, true, false, Teams.MANY))
                .isEqualTo(Method.CHOREOGRAPHED_SAGA);
    }

    private static Method advise(
            boolean mismatch, Preparing prepare, boolean refusals, boolean followers, Teams teams) {
        return Advisor.advise(new Answers(mismatch, prepare, refusals, followers, teams))
                .method();
    }
}
