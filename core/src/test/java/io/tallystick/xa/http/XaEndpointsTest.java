package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.xa.BranchXid;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.InMemoryDecisionStore;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class XaEndpointsTest {

    private final KeyRing keys = KeyRing.of("k1", "0123456789abcdef".getBytes(StandardCharsets.UTF_8));
    private final XaEngine shop = XaEngine.named("shop")
            .decisions(new InMemoryDecisionStore("memory", InstantSource.system()))
            .open();
    private final XaEndpoints endpoints =
            XaHttp.of(new Peers("shop", Map.of()), keys).endpoints(shop);

    @AfterEach
    void close() {
        shop.close();
    }

    private XaEndpoints.Reply ask(String method, String path) {
        return endpoints.handle(method, path, "", keys.sign(Wire.said(method, path, "")));
    }

    private static BranchXid branch(String coordinator, String home) {
        Gtrid gtrid = new Gtrid(Gtrid.hash(coordinator), Gtrid.hash(home), 5, 1, 9, Instant.EPOCH);
        return new BranchXid(gtrid, 1, Gtrid.hash("points"), 77);
    }

    @Test
    void a_request_without_a_right_signature_is_refused() {
        String path = XaEndpoints.decisionPath(branch("shop", "memory"));
        assertThat(endpoints.handle("GET", path, "", null).status()).isEqualTo(403);
        assertThat(endpoints.handle("GET", path, "", "k1:00").body()).contains("wrong signature");
        assertThat(endpoints.handle("GET", path, "", "k9:00").body()).contains("[k1]");
        assertThat(endpoints
                        .handle("POST", path, "", keys.sign(Wire.said("GET", path, "")))
                        .status())
                .isEqualTo(403);
        assertThat(shop.outcome(branch("shop", "memory").gtrid()))
                .as("no tombstone")
                .isEmpty();
    }

    @Test
    void a_decision_that_nobody_has_made_is_made_by_the_question() {
        BranchXid branch = branch("shop", "memory");
        assertThat(ask("GET", XaEndpoints.decisionPath(branch))).isEqualTo(new XaEndpoints.Reply(200, "ABORT"));
        assertThat(shop.outcome(branch.gtrid())).contains(Verdict.ABORT);
    }

    @Test
    void a_transaction_that_another_service_coordinates_is_not_decided_here() {
        BranchXid branch = branch("bank", "memory");
        XaEndpoints.Reply reply = ask("GET", XaEndpoints.decisionPath(branch));
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body()).contains("coordinated by another service");
        assertThat(shop.outcome(branch.gtrid())).isEmpty();
    }

    @Test
    void a_transaction_whose_decision_store_is_not_here_is_not_decided_here() {
        XaEndpoints.Reply reply = ask("GET", XaEndpoints.decisionPath(branch("shop", "the store before")));
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body()).contains("was decided in a store that is not configured here");
    }

    @Test
    void a_branch_of_ones_own_transaction_is_not_finished_by_others() {
        String path = XaEndpoints.finishPath("points", branch("shop", "memory"), Verdict.COMMIT);
        assertThat(ask("POST", path).body()).contains("coordinated here");
    }

    @Test
    void a_resource_that_is_not_configured_is_named() {
        String path = XaEndpoints.finishPath("no/such", branch("bank", "memory"), Verdict.COMMIT);
        XaEndpoints.Reply reply = ask("POST", path);
        assertThat(reply.status()).isEqualTo(404);
        assertThat(reply.body()).contains("'no/such'");
    }

    @Test
    void a_path_that_cannot_be_read_is_not_found() {
        for (String path : new String[] {"", "/", "/decisions/x/y", "/branches/p/x/y/commit", "/decisions"}) {
            assertThat(ask("GET", path).status()).as(path).isEqualTo(404);
            assertThat(ask("POST", path).status()).as(path).isEqualTo(404);
        }
        String odd = XaEndpoints.finishPath("points", branch("bank", "memory"), Verdict.COMMIT)
                .replace("/commit", "/destroy");
        assertThat(ask("POST", odd).body()).contains("commit or rollback");
    }
}
