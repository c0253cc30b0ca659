package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What stands in the headers, who may say it, and how it is signed. */
class HeadersTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final byte[] OLD = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final byte[] YOUNG = "fedcba9876543210".getBytes(StandardCharsets.UTF_8);

    private final KeyRing keys = KeyRing.of("k1", OLD);
    private final Gtrid gtrid = new Gtrid(Gtrid.hash("shop"), Gtrid.hash("orders"), 5, 1, 9, NOON);
    private final Peers peers = new Peers("points", Map.of("shop", URI.create("http://shop:80/tally/xa")));
    private final TxnContext context =
            new TxnContext(gtrid, NOON.plusSeconds(30), Duration.ofSeconds(20), "shop", Set.of("bank", "points"));

    @Test
    void a_context_is_read_as_it_was_written() {
        assertThat(TxnContext.read(context.header(keys), keys, peers)).isEqualTo(context);
    }

    @Test
    void a_context_that_was_changed_on_the_way_is_refused() {
        String later = context.header(keys).replace(";20000;", ";90000;");
        assertThatThrownBy(() -> TxnContext.read(later, keys, peers))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("wrong signature");
    }

    @Test
    void a_context_that_cannot_be_read_is_refused() {
        for (String odd : new String[] {"", "v1", "v2;a;b;c;d;e;f", "v1;x;1;1;shop;;" + keys.sign("v1;x;1;1;shop;")}) {
            assertThatThrownBy(() -> TxnContext.read(odd, keys, peers))
                    .as(odd)
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("cannot be read");
        }
    }

    @Test
    void a_coordinator_that_is_not_known_is_refused() {
        TxnContext strange = new TxnContext(gtrid, NOON, Duration.ofSeconds(1), "bank", Set.of());
        assertThatThrownBy(() -> TxnContext.read(strange.header(keys), keys, peers))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("'bank' is not known here");
    }

    @Test
    void a_coordinator_that_is_called_back_says_so() {
        TxnContext own = new TxnContext(gtrid, NOON, Duration.ofSeconds(1), "points", Set.of());
        assertThatThrownBy(() -> TxnContext.read(own.header(keys), keys, peers))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("called back");
    }

    @Test
    void what_is_left_counts_when_the_clock_here_is_behind_and_the_deadline_when_it_is_ahead() {
        assertThat(context.deadlineHere(NOON.minusSeconds(3600))).isEqualTo(NOON.minusSeconds(3580));
        assertThat(context.deadlineHere(NOON.plusSeconds(31))).isEqualTo(NOON.plusSeconds(32));
    }

    @Test
    void a_request_after_its_deadline_is_refused() {
        assertThatThrownBy(() -> context.deadlineHere(NOON.plusSeconds(33)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("after the deadline");
    }

    @Test
    void a_report_is_read_as_it_was_written() {
        Voted branch = new Voted(new BranchXid(gtrid, 1, 2, 3), "points/a|b,c;d é", "18/1", "7@0;|,");
        BranchReport report = new BranchReport("points", BranchReport.PREPARED, List.of(branch), "");
        assertThat(BranchReport.read(report.header(gtrid, keys), gtrid, "points", keys))
                .isEqualTo(report);
    }

    @Test
    void a_report_about_another_transaction_or_by_another_service_is_refused() {
        String header = BranchReport.no("points", BranchReport.ROLLED_BACK, "no; because")
                .header(gtrid, keys);
        Gtrid another = new Gtrid(Gtrid.hash("shop"), Gtrid.hash("orders"), 5, 1, 10, NOON);
        assertThatThrownBy(() -> BranchReport.read(header, another, "points", keys))
                .hasMessageContaining("wrong signature");
        assertThatThrownBy(() -> BranchReport.read(header, gtrid, "bank", keys))
                .hasMessageContaining("'bank' was called");
        assertThatThrownBy(() -> BranchReport.read("v1;points", gtrid, "points", keys))
                .hasMessageContaining("cannot be read");
    }

    @Test
    void a_key_is_changed_without_a_pause() {
        KeyRing both = KeyRing.of(ordered("k1", OLD, "k2", YOUNG));
        KeyRing turned = KeyRing.of(ordered("k2", YOUNG, "k1", OLD));
        both.verify("text", keys.sign("text"), "a caller");
        keys.verify("text", both.sign("text"), "a caller");
        both.verify("text", turned.sign("text"), "a caller");
        assertThatThrownBy(() -> keys.verify("text", turned.sign("text"), "a caller"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("known are [k1]");
    }

    @Test
    void a_key_never_shows_and_must_be_long_enough() {
        assertThat(keys).hasToString("keys [k1]");
        assertThatThrownBy(() -> KeyRing.of("k1", new byte[15]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("openssl rand");
    }

    @Test
    void a_service_is_no_peer_of_its_own_and_has_a_name_that_fits_a_header() {
        URI there = URI.create("http://there/xa");
        assertThatThrownBy(() -> new Peers("shop", Map.of("shop", there))).hasMessageContaining("its own peers");
        assertThatThrownBy(() -> new Peers("shop", Map.of("a;b", there))).hasMessageContaining("letters, digits");
    }

    private static Map<String, byte[]> ordered(String first, byte[] one, String second, byte[] two) {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        keys.put(first, one);
        keys.put(second, two);
        return keys;
    }
}
