package io.tallystick.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import io.debezium.config.Configuration;
import io.debezium.connector.oracle.CommitScn;
import io.debezium.connector.oracle.OracleConnectorConfig;
import io.debezium.connector.oracle.Scn;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which of two places in an Oracle's log contains the other, also when two transactions commit at one number. */
class OracleOffsetsTest {

    @Test
    void a_later_commit_contains_an_earlier_one() {
        assertThat(covers(commit("100", "200:1:a"), commit("100", "199:1:b"))).isTrue();
        assertThat(covers(commit("100", "199:1:b"), commit("100", "200:1:a"))).isFalse();
    }

    @Test
    void of_two_commits_at_one_number_only_the_second_contains_both() {
        assertThat(covers(commit("100", "200:1:a-b"), commit("100", "200:1:a"))).isTrue();
        assertThat(covers(commit("100", "200:1:a"), commit("100", "200:1:a-b"))).isFalse();
        assertThat(covers(commit("100", "200:1:a"), commit("100", "200:1:b"))).isFalse();
    }

    @Test
    void where_the_mining_begins_again_says_nothing_about_what_was_committed() {
        assertThat(covers(commit("90", "200:1:a"), commit("100", "200:1:a"))).isTrue();
    }

    @Test
    void each_redo_thread_of_a_cluster_counts() {
        assertThat(covers(commit("100", "200:1:a,210:2:b"), commit("100", "200:1:a,205:2:c")))
                .isTrue();
        assertThat(covers(commit("100", "220:1:a,204:2:b"), commit("100", "200:1:a,205:2:c")))
                .isFalse();
    }

    @Test
    void a_mark_is_reached_when_everything_up_to_it_must_have_come() {
        assertThat(covers(commit("100", "201:1:a"), mark("200"))).isTrue();
        assertThat(covers(commit("100", "200:1:a"), mark("200")))
                .as("more may come at 200")
                .isFalse();
        assertThat(covers(commit("205", "150:1:a"), mark("200"))).isTrue();
        assertThat(covers(mark("200"), commit("100", "200:1:a"))).isTrue();
        assertThat(covers(mark("199"), commit("100", "200:1:a"))).isFalse();
        assertThat(covers(mark("200"), mark("200"))).isTrue();
    }

    @Test
    void a_query_has_seen_what_was_committed_before_it_and_is_settled_when_older_transactions_have_ended() {
        OracleMoment now = new OracleMoment(new BigInteger("200"), null);
        assertThat(now.saw(commit("100", "200:1:a"))).isTrue();
        assertThat(now.saw(commit("100", "201:1:a"))).isFalse();
        OracleMoment later = new OracleMoment(new BigInteger("300"), new BigInteger("200"));
        assertThat(later.isSettledSince(now))
                .as("one that was open then is open still")
                .isFalse();
        assertThat(new OracleMoment(new BigInteger("300"), new BigInteger("201")).isSettledSince(now))
                .isTrue();
        assertThat(new OracleMoment(new BigInteger("199"), null).isSettledSince(now))
                .isFalse();
    }

    @Test
    void debezium_reads_back_what_the_position_keeps() {
        Map<String, Object> told = new HashMap<>(commit("100", "200:1:0a00-0b00,210:2:0c00"));
        told.put("txId", "0c00");
        told.put("txSeq", 7);
        told.put("transaction_id", "0c00");
        told.put("transaction_data_collection_order_ORCLPDB.SHOP.ACCOUNT", 7L);
        Map<String, Object> kept =
                Offset.parse(new Offset("1/2", told).toPosition()).parts();
        assertThat(kept).containsOnlyKeys("scn", "commit_scn", "txId", "txSeq");
        assertThat(CommitScn.load(kept).hasBeenHandled(1, Scn.valueOf("200"), "0b00"))
                .isTrue();
        assertThat(CommitScn.load(kept).hasBeenHandled(1, Scn.valueOf("200"), "0d00"))
                .isFalse();
        OracleConnectorConfig config = new OracleConnectorConfig(Configuration.from(Map.of(
                "topic.prefix", "x", "database.dbname", "ORCLCDB", "database.hostname", "h", "database.user", "u")));
        Map<String, ?> again =
                config.getAdapter().getOffsetContextLoader().load(kept).getOffset();
        assertThat(new HashMap<String, Object>(again)).containsAllEntriesOf(kept);
    }

    private static boolean covers(Map<String, Object> one, Map<String, Object> other) {
        return OracleOffsets.of(one).covers(OracleOffsets.of(other));
    }

    private static Map<String, Object> commit(String scn, String commits) {
        return Map.of("scn", scn, "commit_scn", commits);
    }

    private static Map<String, Object> mark(String scn) {
        return Map.of("scn", scn);
    }
}
