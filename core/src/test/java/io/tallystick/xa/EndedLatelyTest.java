package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore.Life;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * A decision of a dead coordinator whose branch is told and has ended, while its store does not show that yet: this engine's own word is written
 * later, or another engine was the one who ended it. In a database that has been replaced meanwhile the branch is absent all the same, and must
 * not be taken for lost.
 */
class EndedLatelyTest {

    private final InMemoryDecisionStore store = new InMemoryDecisionStore("memory", InstantSource.system());
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final AtomicInteger told = new AtomicInteger();
    private final AtomicInteger listings = new AtomicInteger();
    private final AtomicBoolean ends = new AtomicBoolean(true);

    @Test
    void what_has_ended_is_not_told_again_while_its_store_has_not_written_that() {
        ends.set(false);
        stock.beforeItAnswers = told::incrementAndGet;
        Gtrid gtrid = decidedByTheDead();
        try (XaEngine engine = engine()) {
            await().until(() -> told.get() > 0 && !engine.site().inFlight(gtrid));
            int before = listings.get();
            await().until(() -> listings.get() > before + 5);
            assertThat(told).hasValue(1);
            assertThat(engine.site().inFlight(gtrid)).isFalse();

            // the word was lost on its way into the store: it is said again
            ends.set(true);
            await().until(() -> store.unfinished(gtrid.cluster(), 10).isEmpty());
            await().until(() -> !engine.site().backlog().isEnding(gtrid));
            assertThat(told).hasValue(1);
        }
    }

    @Test
    void of_what_is_absent_in_a_database_that_took_the_place_of_its_own_there_is_evidence() {
        stock.acks.add(new Ack.Absent());
        Gtrid gtrid = decidedByTheDead();
        try (XaEngine engine = engine()) {
            await().until(() -> store.unfinished(gtrid.cluster(), 10).isEmpty());
            assertThat(engine.heuristics(10)).singleElement().satisfies(record -> {
                assertThat(record.branch().gtrid()).isEqualTo(gtrid);
                assertThat(record.found()).isEqualTo(Ack.Found.UNKNOWN);
                assertThat(record.evidence()).isEqualTo("prepared in old, absent in new, which has taken its place");
            });
        }
    }

    @Test
    void there_is_none_when_another_engine_has_ended_it_there() {
        Gtrid gtrid = decidedByTheDead();
        stock.acks.add(new Ack.Absent());
        // the first look after that, of two: the other engine is done
        stock.beforeItScans = () -> {
            if (stock.acks.isEmpty()) {
                store.remember(List.of(gtrid));
            }
        };
        try (XaEngine engine = engine()) {
            await().until(() -> store.unfinished(gtrid.cluster(), 10).isEmpty()
                    && !engine.site().inFlight(gtrid));
            assertThat(engine.heuristics(10)).isEmpty();
        }
    }

    @Test
    void what_a_list_that_began_after_the_end_does_not_show_is_written() {
        EndedLately lately = new EndedLately();
        Gtrid gtrid = decidedByTheDead();
        long before = lately.listingBegins();
        lately.add(store, gtrid, true);
        assertThat(lately.listed(store, before, Set.of(gtrid))).isEmpty();
        lately.listed(store, before, Set.of());
        assertThat(lately.contains(gtrid)).as("that list may be older").isTrue();
        assertThat(lately.listed(store, lately.listingBegins(), Set.of(gtrid)))
                .as("it is shown")
                .containsExactly(Map.entry(gtrid, true));
        assertThat(lately.contains(gtrid)).isTrue();
        InMemoryDecisionStore another = new InMemoryDecisionStore("another", InstantSource.system());
        lately.listed(another, lately.listingBegins(), Set.of());
        assertThat(lately.contains(gtrid)).as("another store").isTrue();
        lately.listed(store, lately.listingBegins(), Set.of());
        assertThat(lately.contains(gtrid)).isFalse();
    }

    private Gtrid decidedByTheDead() {
        stock.incarnation = "new";
        Life dead = store.register(Gtrid.hash("bank"), 5, Duration.ofMinutes(5));
        store.leave(dead);
        Gtrid gtrid = new Gtrid(dead.cluster(), Gtrid.hash("memory"), dead.node(), dead.epoch(), 1, Instant.now());
        BranchXid branch = new BranchXid(gtrid, 1, Gtrid.hash("stock"), 1);
        store.commit(new DecisionRecord(gtrid, List.of(new Voted(branch, "stock", "old", "")), Instant.now()));
        return gtrid;
    }

    private XaEngine engine() {
        return XaEngine.named("bank")
                .resource(stock)
                .decisions(slow())
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(20)))
                .open();
    }

    /** Counts its lists, and writes ends when it is told to. */
    private DecisionStore slow() {
        return (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    if (method.getName().equals("unfinished")) {
                        listings.incrementAndGet();
                    }
                    if (!ends.get()
                            && (method.getName().equals("remember")
                                    || method.getName().equals("end"))) {
                        return null;
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }
}
