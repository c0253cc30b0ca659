package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.saga.SagaId;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a person and a program see of the sagas in a database, on PostgreSQL and MariaDB. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class SagaListShowTest {

    private SagaScene scene;
    private String key;

    @BeforeEach
    void a_database_with_sagas(TestDatabase database) {
        scene = new SagaScene(database);
        key = "transfer-" + System.nanoTime();
    }

    @Test
    void a_list_shows_state_type_key_and_age(TestDatabase database) {
        SagaId parked = scene.parked(key);
        Run run = Run.on(database, "saga", "list", "--key", key);
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("SAGA", "STATE", parked.toString(), "parked", "interbank-transfer", key);
    }

    @Test
    void a_list_can_be_narrowed_by_state_type_correlation_and_time(TestDatabase database) {
        SagaId parked = scene.parked(key);
        SagaId done = scene.completed(key + "-2");
        assertThat(Run.on(database, "saga", "list", "--state", "parked").out())
                .contains(parked.toString())
                .doesNotContain(done.toString());
        assertThat(Run.on(database, "saga", "list", "--type", "no-such-type").out())
                .isEmpty();
        assertThat(Run.on(database, "saga", "list", "--correlation", "order-" + key)
                        .out())
                .contains(parked.toString())
                .doesNotContain(done.toString());
        assertThat(Run.on(database, "saga", "list", "--since", "10s").out()).isEmpty();
        assertThat(Run.on(database, "saga", "list", "--since", "1h").out()).contains(done.toString());
        assertThat(Run.on(database, "saga", "list", "--limit", "1").out().lines())
                .hasSize(2);
    }

    @Test
    void a_list_for_programs_is_one_json_document(TestDatabase database) {
        SagaId done = scene.completed(key);
        JsonNode list = json(Run.on(database, "saga", "list", "--json", "--key", key));
        assertThat(list.size()).isEqualTo(1);
        assertThat(list.get(0).get("id").asString()).isEqualTo(done.toString());
        assertThat(list.get(0).get("state").asString()).isEqualTo("completed");
        assertThat(list.get(0).get("endedAt").isNull()).isFalse();
        assertThat(json(Run.on(database, "saga", "list", "--json", "--key", "none"))
                        .size())
                .isZero();
    }

    @Test
    void a_parked_saga_says_what_is_known_and_what_can_be_done(TestDatabase database) {
        SagaId parked = scene.parked(key);
        Run run = Run.on(database, "saga", "show", parked.toString());
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("✋parked", "key", key, "correlation", "order-" + key, "orders-1")
                .containsPattern("● done +book-balance")
                .containsPattern("✋parked +remit +call, pivot +3/3 +no answer within 10 s")
                .containsPattern("◷ waiting +notify")
                .contains("the outcome of 'remit' is unknown at attempt 3: no answer within 10 s")
                .contains("tally saga retry " + parked + " --step remit")
                .contains("--who NAME --why TEXT")
                .contains("tally saga done " + parked)
                .doesNotContain("tally saga compensate " + parked);
    }

    @Test
    void an_ended_saga_offers_nothing(TestDatabase database) {
        SagaId back = scene.compensated(key);
        Run run = Run.on(database, "saga", "show", back.toString());
        assertThat(run.out())
                .contains("compensated", "turned back", "'remit' was refused: UNKNOWN_PAYEE: no such account")
                .containsPattern("✕ taken back +book-balance")
                .doesNotContain("You can");
    }

    @Test
    void data_is_shown_only_when_asked_for(TestDatabase database) {
        SagaId running = scene.running(key);
        assertThat(Run.on(database, "saga", "show", running.toString()).out()).doesNotContain("이순신");
        assertThat(Run.on(database, "saga", "show", running.toString(), "--payload")
                        .out())
                .contains("이순신");
        assertThat(json(Run.on(database, "saga", "show", "--json", running.toString()))
                        .has("payload"))
                .isFalse();
        assertThat(json(Run.on(database, "saga", "show", "--json", "--payload", running.toString()))
                        .get("payload")
                        .get("to")
                        .asString())
                .isEqualTo("이순신");
    }

    @Test
    void a_saga_for_programs_has_steps_events_and_choices(TestDatabase database) {
        JsonNode saga = json(
                Run.on(database, "saga", "show", "--json", scene.parked(key).toString()));
        assertThat(saga.get("steps").get(2).get("state").asString()).isEqualTo("parked");
        assertThat(saga.get("steps").get(2).get("mayHaveRun").asBoolean()).isTrue();
        assertThat(saga.get("events").get(4).get("kind").asString()).isEqualTo("step-unknown");
        assertThat(saga.get("choices").toString()).contains("\"command\":\"compensate\"", "\"possible\":false");
        assertThat(saga.get("owner").get("alive").asBoolean()).isTrue();
    }

    @Test
    void a_saga_that_is_not_there_is_refused_with_the_next_command(TestDatabase database) {
        Run run = Run.on(database, "saga", "show", "01J9ZK3V00001");
        assertThat(run.exit()).isEqualTo(Exit.REFUSED);
        assertThat(run.err()).contains("there is no saga 01J9ZK3V00001").contains("tally saga list");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void an_id_that_is_none_is_wrong_usage(TestDatabase database) {
        Run run = Run.on(database, "saga", "show", "transfer-42");
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).contains("'transfer-42' is not a saga id").doesNotContain("Exception");
    }

    private static JsonNode json(Run run) {
        assertThat(run.exit()).as(run.err()).isZero();
        return JsonMapper.shared().readTree(run.out());
    }
}
