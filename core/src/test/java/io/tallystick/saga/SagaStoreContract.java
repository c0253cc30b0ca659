package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.DuplicateKeyException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Phase;
import java.io.IOException;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of sagas promises: the double for simulations and each real database. */
abstract class SagaStoreContract {

    static final Duration LONG = Duration.ofMinutes(5);
    /** Negative, so that the lease has run out at once, on whatever clock. */
    static final Duration RUN_OUT = Duration.ofSeconds(-1);

    static final SagaGraph TRANSFER = Saga.define("transfer", String.class)
            .step("book")
            .call((context, payload) -> {})
            .step("remit")
            .call((context, payload) -> {})
            .build()
            .graph();

    private static final AtomicLong NEXT = new AtomicLong(Instant.now().toEpochMilli() << 21);

    SagaStore store;
    SagaLedger ledger;
    SagaStore.Lease lease;

    abstract SagaStore openStore();

    abstract SagaLedger openLedger();

    /** Transactions of an application in the same database. */
    abstract Jdbc application();

    @BeforeEach
    void join() {
        store = openStore();
        ledger = openLedger();
        store.define(TRANSFER);
        lease = store.join("engine", LONG);
    }

    // ---- what is written is read

    @Test
    void a_saga_and_its_events_are_read_as_they_were_written() {
        SagaStore.NewSaga start = start("order-1");
        SagaId id = start.head().id();
        store.write(lease, starts(start));
        store.write(
                lease,
                events(
                        event(id, 1, new SagaEvent.StepDone(token("book", 1), "{\"booked\":true}")),
                        event(id, 2, new SagaEvent.StepUnknown(token("remit", 1), "no answer", true)),
                        event(id, 3, new SagaEvent.StepWasRefused(token("remit", 2), "NO", "café 🏦 \"closed\""))));

        SagaStore.StoredSaga found = store.load(id).orElseThrow();

        assertThat(found.start()).isEqualTo(start);
        assertThat(found.owner()).isEqualTo(lease.engine());
        assertThat(found.events()).containsExactlyElementsOf(ledger.history(id)).hasSize(3);
        assertThat(found.events().get(2).event())
                .isEqualTo(new SagaEvent.StepWasRefused(token("remit", 2), "NO", "café 🏦 \"closed\""));
        assertThat(store.lastSeq(id)).contains(3);
    }

    @Test
    void a_saga_may_start_go_on_and_end_in_one_batch() {
        SagaStore.NewSaga start = start("order-2");
        SagaId id = start.head().id();
        store.write(
                lease,
                new SagaStore.Batch(
                        List.of(start),
                        List.of(event(id, 1, done("book"))),
                        List.of(new SagaStore.StatusChange(id, SagaStatus.COMPLETED, instant(), null)),
                        List.of()));

        SagaStore.StoredSaga found = store.load(id).orElseThrow();
        assertThat(found.start().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(found.owner()).as("owner of an ended saga").isNull();
        assertThat(found.events()).hasSize(1);
        assertThat(ledger.find(id).orElseThrow().endedAt()).isNotNull();
    }

    @Test
    void number_0_is_the_start_and_a_saga_that_is_not_there_has_no_number() {
        SagaStore.NewSaga start = start("order-3");
        store.write(lease, starts(start));
        assertThat(store.lastSeq(start.head().id())).contains(0);
        assertThat(store.lastSeq(newId())).isEmpty();
        assertThat(store.load(newId())).isEmpty();
    }

    @Test
    void a_sub_saga_knows_its_parent_and_a_correlation_id_is_kept() {
        SagaId parent = newId();
        SagaHead head = new SagaHead(newId(), "child-1", "trace-77", instant(), new SagaHead.Parent(parent, "ship"));
        store.write(lease, starts(saga(head)));
        assertThat(store.load(head.id()).orElseThrow().start().head()).isEqualTo(head);
    }

    // ---- fences

    @Test
    void an_engine_that_was_taken_over_writes_nothing() {
        SagaId id = written("order-10");
        SagaStore.Lease zombie = store.renew(lease, RUN_OUT);
        SagaStore.Lease heir = store.join("heir", LONG);
        assertThat(store.takeOver(heir)).isGreaterThanOrEqualTo(1);

        SagaStore.NewSaga late = start("order-11");
        assertThatThrownBy(() -> store.write(zombie, events(event(id, 1, done("book")))))
                .isInstanceOf(SagaStore.Fenced.class);
        assertThatThrownBy(() -> store.write(zombie, events(repeated(id, 1, done("book")))))
                .isInstanceOf(SagaStore.Fenced.class);
        assertThatThrownBy(() -> store.write(zombie, starts(late))).isInstanceOf(SagaStore.Fenced.class);
        assertThat(store.lastSeq(id)).contains(0);
        assertThat(store.load(late.head().id())).isEmpty();
        assertThat(store.load(id).orElseThrow().owner()).isEqualTo(heir.engine());
    }

    @Test
    void an_engine_that_was_taken_over_writes_nothing_of_larger_batches_either() {
        SagaId id = written("fenced-1");
        SagaStore.Lease zombie = store.renew(lease, RUN_OUT);
        store.takeOver(store.join("heir", LONG));
        SagaStore.StoredEvent event = event(id, 1, done("book"));
        SagaStore.StatusChange end = new SagaStore.StatusChange(id, SagaStatus.COMPLETED, instant(), null);

        assertThatThrownBy(() ->
                        store.write(zombie, new SagaStore.Batch(List.of(), List.of(event), List.of(end), List.of())))
                .isInstanceOf(SagaStore.Fenced.class);
        SagaStore.StoredEvent repeated = repeated(id, 1, done("book"));
        assertThatThrownBy(() ->
                        store.write(zombie, new SagaStore.Batch(List.of(), List.of(repeated), List.of(end), List.of())))
                .isInstanceOf(SagaStore.Fenced.class);
        assertThatThrownBy(() -> store.write(zombie, starts(start("fenced-2"), start("fenced-3"))))
                .isInstanceOf(SagaStore.Fenced.class);
        assertThat(store.lastSeq(id)).contains(0);
        assertThat(store.load(id).orElseThrow().start().status()).isEqualTo(SagaStatus.RUNNING);
    }

    @Test
    void an_engine_that_was_taken_over_commits_no_local_step() {
        SagaId id = written("order-12");
        SagaStore.Lease zombie = store.renew(lease, RUN_OUT);
        SagaStore.Lease heir = store.join("heir", LONG);
        store.takeOver(heir);

        assertThatThrownBy(() -> store.together(zombie, tx -> events(event(id, 1, done("book")))))
                .isInstanceOf(SagaStore.Fenced.class);
        assertThatThrownBy(() -> store.together(zombie, tx -> starts(start("order-13"))))
                .isInstanceOf(SagaStore.Fenced.class);
        assertThat(store.lastSeq(id)).contains(0);
    }

    @Test
    void an_engine_that_was_taken_over_cannot_renew_its_lease() {
        SagaStore.Lease zombie = store.renew(lease, RUN_OUT);
        store.takeOver(store.join("heir", LONG));
        assertThatThrownBy(() -> store.renew(zombie, LONG)).isInstanceOf(SagaStore.Fenced.class);
    }

    @Test
    void two_owners_cannot_both_write_event_number_n() throws Exception {
        SagaId id = written("order-14");
        SagaStore.Lease other = store.join("other", LONG);
        store.write(lease, events(event(id, 1, done("book"))));

        assertThatThrownBy(() -> store.write(other, events(event(id, 1, done("remit")))))
                .isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> store.together(other, tx -> events(event(id, 1, done("remit")))))
                .isInstanceOf(ConflictException.class);
        assertThat(ledger.history(id)).hasSize(1);
        assertThat(ledger.history(id).get(0).event()).isEqualTo(done("book"));
    }

    @Test
    void an_engine_that_renews_in_time_is_not_taken_over() {
        SagaId id = written("order-15");
        SagaStore.Lease renewed = store.renew(lease, LONG);
        SagaStore.Lease other = store.join("other", LONG);
        store.takeOver(other);
        store.write(renewed, events(event(id, 1, done("book"))));
        assertThat(store.load(id).orElseThrow().owner()).isEqualTo(lease.engine());
    }

    @Test
    void an_engine_that_leaves_can_be_taken_over_at_once_and_writes_no_more() {
        SagaId id = written("order-16");
        SagaStore.Lease heir = store.join("heir", LONG);
        store.leave(lease);
        store.takeOver(heir);
        assertThat(store.mine(heir, null, 1000))
                .extracting(saga -> saga.start().head().id())
                .contains(id);
        assertThatThrownBy(() -> store.write(lease, events(event(id, 1, done("book")))))
                .isInstanceOf(SagaStore.Fenced.class);
    }

    @Test
    void an_engine_whose_own_lease_has_run_out_takes_over_nothing() {
        written("order-17");
        SagaStore.Lease slow = store.join("slow", RUN_OUT);
        store.leave(lease);
        assertThatThrownBy(() -> store.takeOver(slow)).isInstanceOf(SagaStore.Fenced.class);
    }

    @Test
    void ended_sagas_are_nobodys_and_are_not_taken_over() {
        SagaId id = written("order-18");
        store.write(lease, changes(new SagaStore.StatusChange(id, SagaStatus.COMPENSATED, instant(), null)));
        assertThat(store.mine(lease, null, 1000))
                .extracting(saga -> saga.start().head().id())
                .doesNotContain(id);
        assertThat(store.load(id).orElseThrow().owner()).isNull();
    }

    @Test
    void every_engine_has_a_number_of_its_own() {
        SagaStore.Lease other = store.join("engine", LONG);
        assertThat(other.engine()).isNotEqualTo(lease.engine()).isBetween(0, 1023);
        assertThat(lease.until()).isAfter(store.now());
    }

    // ---- starts

    @Test
    void starting_twice_with_one_business_key_names_the_saga_that_is_there() {
        SagaId first = written("order-20");
        SagaStore.NewSaga again = start("order-20");
        SagaStore.NewSaga other = start("order-21");

        SagaStore.Written written = store.write(
                lease,
                new SagaStore.Batch(
                        List.of(again, other),
                        List.of(
                                event(again.head().id(), 1, done("book")),
                                event(other.head().id(), 1, done("book"))),
                        List.of(),
                        List.of()));

        assertThat(written.existing()).isEqualTo(Map.of(again.head().id(), first));
        assertThat(store.find("transfer", "order-20")).contains(first);
        assertThat(store.find("other", "order-20")).isEmpty();
        assertThat(store.load(again.head().id())).isEmpty();
        assertThat(ledger.history(again.head().id()))
                .as("events of a saga that is not there")
                .isEmpty();
        assertThat(store.lastSeq(other.head().id())).contains(1);
        assertThat(store.lastSeq(first)).contains(0);
    }

    @Test
    void two_starts_of_one_business_key_in_one_batch_start_once() {
        SagaStore.NewSaga one = start("order-22");
        SagaStore.NewSaga two = start("order-22");
        SagaStore.Written written = store.write(lease, starts(one, two));
        assertThat(written.existing())
                .isEqualTo(Map.of(two.head().id(), one.head().id()));
    }

    @Test
    void one_business_key_may_be_used_by_sagas_of_two_types() {
        SagaGraph other = Saga.define("other", String.class)
                .step("only")
                .call((context, payload) -> {})
                .build()
                .graph();
        store.define(other);
        written("order-23");
        SagaHead head = new SagaHead(newId(), "order-23", "c", instant(), null);
        SagaStore.NewSaga start = new SagaStore.NewSaga(head, "other", other.hash(), "{}", SagaStatus.RUNNING);
        assertThat(store.write(lease, starts(start)).existing()).isEmpty();
    }

    @Test
    void business_keys_that_differ_in_case_or_in_a_blank_at_the_end_are_two() {
        SagaStore.Written written =
                store.write(lease, starts(start("Order-24"), start("order-24"), start("order-24 ")));
        assertThat(written.existing()).isEmpty();
    }

    @Test
    void a_start_in_the_callers_transaction_is_there_from_its_commit_on() {
        SagaStore.NewSaga start = start("order-25");
        SagaId id = start.head().id();
        application().run(tx -> {
            assertThat(store.startIn(tx, lease, start).existing()).isEmpty();
            assertThat(store.load(id)).as("before the commit").isEmpty();
        });
        assertThat(store.load(id).orElseThrow().owner()).isEqualTo(lease.engine());
    }

    @Test
    void a_start_in_a_transaction_that_rolls_back_never_was() {
        SagaStore.NewSaga start = start("order-26");
        assertThatThrownBy(() -> application().run(tx -> {
                    store.startIn(tx, lease, start);
                    throw new IllegalStateException("the caller changed its mind");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(store.load(start.head().id())).isEmpty();
        assertThat(store.write(lease, starts(start("order-26"))).existing()).isEmpty();
    }

    @Test
    void a_second_start_in_the_callers_transaction_names_the_first() {
        SagaId first = written("order-27");
        SagaStore.NewSaga again = start("order-27");
        application()
                .run(tx -> assertThat(store.startIn(tx, lease, again).existing())
                        .isEqualTo(Map.of(again.head().id(), first)));
    }

    @Test
    void a_usurped_engine_starts_nothing_in_the_callers_transaction() {
        store.leave(lease);
        SagaStore.NewSaga start = start("order-28");
        assertThatThrownBy(() -> application().run(tx -> store.startIn(tx, lease, start)))
                .isInstanceOf(SagaStore.Fenced.class);
        assertThat(store.load(start.head().id())).isEmpty();
    }

    @Test
    void a_start_that_the_caller_commits_itself_asks_its_owner_to_pick_it_up() throws Exception {
        SagaStore.NewSaga start = start("order-29");
        try (Connection connection = application().dataSource().getConnection()) {
            connection.setAutoCommit(false);
            store.startIn(Tx.of(connection, application().dialect()), lease, start);
            assertThat(requestsFor(start.head().id())).as("before the commit").isEmpty();
            connection.commit();
        }
        SagaStore.Request request = requestsFor(start.head().id()).get(0);
        assertThat(request.event()).isNull();
        store.write(lease, verdicts(new SagaStore.Verdict(request.id(), null)));
        assertThat(requestsFor(start.head().id())).isEmpty();
    }

    @Test
    void a_start_of_a_definition_that_nobody_stored_is_rejected() {
        SagaHead head = new SagaHead(newId(), "order-30", "c", instant(), null);
        SagaStore.NewSaga start = new SagaStore.NewSaga(head, "transfer", "no-such-hash", "{}", SagaStatus.RUNNING);
        assertThatThrownBy(() -> store.write(lease, starts(start))).isInstanceOf(RejectedException.class);
    }

    // ---- all or nothing

    @Test
    void a_batch_is_stored_whole_or_not_at_all() {
        SagaId id = written("order-40");
        store.write(lease, events(event(id, 1, done("book"))));
        SagaStore.NewSaga start = start("order-41");
        SagaStore.Batch batch = new SagaStore.Batch(
                List.of(start),
                List.of(event(start.head().id(), 1, done("book")), event(id, 1, done("remit"))),
                List.of(new SagaStore.StatusChange(id, SagaStatus.PARKED, instant(), null)),
                List.of());

        assertThatThrownBy(() -> store.write(lease, batch)).isInstanceOf(ConflictException.class);

        assertThat(store.load(start.head().id())).isEmpty();
        assertThat(ledger.history(start.head().id())).isEmpty();
        assertThat(store.load(id).orElseThrow().start().status()).isEqualTo(SagaStatus.RUNNING);
    }

    @Test
    void a_poison_row_is_rejected_and_the_rest_can_be_stored_without_it() {
        SagaId id = written("order-42");
        String longKey = "x".repeat(201);
        List<SagaStore.NewSaga> poison = List.of(
                start("a\u0000b"),
                start("half a pair \uD83C"),
                start(longKey),
                start(""),
                saga(new SagaHead(id, "order-43", "c", instant(), null)));
        for (SagaStore.NewSaga bad : poison) {
            SagaStore.NewSaga good = start("good beside " + NEXT.get());
            assertThatThrownBy(() -> store.write(lease, starts(good, bad))).isInstanceOf(RejectedException.class);
            assertThat(store.load(good.head().id())).isEmpty();
            assertThat(store.write(lease, starts(good)).existing()).isEmpty();
        }
        assertThatThrownBy(() -> store.write(
                        lease, events(event(id, 1, new SagaEvent.StepDone(token("book", 1), "\"\u0000\"")))))
                .isInstanceOf(RejectedException.class);
        store.write(lease, events(event(id, 1, done("book"))));
    }

    @Test
    void an_empty_batch_does_no_harm() {
        store.write(lease, new SagaStore.Batch(List.of(), List.of(), List.of(), List.of()));
    }

    // ---- local steps

    @Test
    void a_local_step_and_its_event_are_committed_together() throws Exception {
        SagaId id = written("order-50");
        SagaStore.NewSaga child = start("order-51");
        SagaStore.Written written = store.together(lease, tx -> {
            store.startIn(tx, lease, child);
            return new SagaStore.Batch(
                    List.of(),
                    List.of(event(id, 1, done("book"))),
                    List.of(new SagaStore.StatusChange(id, SagaStatus.COMPLETED, instant(), null)),
                    List.of());
        });
        assertThat(written.existing()).isEmpty();
        assertThat(store.lastSeq(id)).contains(1);
        assertThat(store.load(id).orElseThrow().start().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(store.load(child.head().id())).isPresent();
    }

    @Test
    void a_local_step_that_fails_leaves_nothing_and_its_exception_arrives_as_it_is() {
        SagaId id = written("order-52");
        SagaStore.NewSaga child = start("order-53");
        Exception failure = new IOException("no such account");
        assertThatThrownBy(() -> store.together(lease, tx -> {
                    store.startIn(tx, lease, child);
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(store.load(child.head().id())).isEmpty();
        assertThat(store.lastSeq(id)).contains(0);
    }

    @Test
    void a_local_step_whose_event_number_is_taken_leaves_no_business_work_behind() {
        SagaId id = written("order-54");
        store.write(lease, events(event(id, 1, done("book"))));
        SagaStore.NewSaga child = start("order-55");
        assertThatThrownBy(() -> store.together(lease, tx -> {
                    store.startIn(tx, lease, child);
                    return events(event(id, 1, done("remit")));
                }))
                .isInstanceOf(ConflictException.class);
        assertThat(store.load(child.head().id())).isEmpty();
    }

    @Test
    void a_local_step_may_start_sagas_in_its_batch() throws Exception {
        SagaId id = written("order-56");
        SagaStore.NewSaga child = start("order-57");
        SagaStore.NewSaga again = start("order-56");
        SagaStore.Written written = store.together(
                lease,
                tx -> new SagaStore.Batch(
                        List.of(child, again), List.of(event(id, 1, done("book"))), List.of(), List.of()));
        assertThat(written.existing()).isEqualTo(Map.of(again.head().id(), id));
        assertThat(store.load(child.head().id())).isPresent();
        assertThat(store.lastSeq(id)).contains(1);
    }

    @Test
    void a_saga_may_be_stored_together_with_its_first_local_steps() throws Exception {
        SagaStore.NewSaga start = start("joined-1");
        SagaId id = start.head().id();

        SagaStore.Written written = store.together(lease, tx -> joined(start));

        assertThat(written.existing()).isEmpty();
        assertThat(store.find("transfer", "joined-1")).contains(id);
        assertThat(ledger.history(id)).extracting(SagaStore.StoredEvent::seq).containsExactly(1, 2);
        assertThat(store.load(id).orElseThrow().start().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(store.load(id).orElseThrow().owner()).as("it has ended").isNull();
    }

    @Test
    void a_saga_whose_business_key_is_taken_takes_its_first_local_steps_with_it() {
        SagaId holder = written("joined-2");
        SagaStore.NewSaga again = start("joined-2");
        SagaStore.NewSaga child = start("joined-3");

        assertThatThrownBy(() -> store.together(lease, tx -> {
                    store.startIn(tx, lease, child);
                    return joined(again);
                }))
                .isInstanceOf(DuplicateKeyException.class);

        assertThat(store.load(child.head().id())).as("the business work").isEmpty();
        assertThat(store.lastSeq(again.head().id())).isEmpty();
        assertThat(store.lastSeq(holder)).contains(0);
    }

    @Test
    void an_engine_that_was_taken_over_stores_no_saga_with_its_first_local_steps() {
        SagaStore.NewSaga late = start("joined-4");
        SagaStore.Lease zombie = store.renew(lease, RUN_OUT);
        store.takeOver(store.join("heir", LONG));

        assertThatThrownBy(() -> store.together(zombie, tx -> joined(late))).isInstanceOf(SagaStore.Fenced.class);

        assertThat(store.load(late.head().id())).isEmpty();
        assertThat(store.find("transfer", "joined-4")).isEmpty();
    }

    private SagaStore.Batch joined(SagaStore.NewSaga start) {
        SagaId id = start.head().id();
        return new SagaStore.Batch(
                List.of(start),
                List.of(event(id, 1, done("book")), event(id, 2, done("remit"))),
                List.of(new SagaStore.StatusChange(id, SagaStatus.COMPLETED, instant(), null)),
                List.of());
    }

    // ---- requests

    @Test
    void a_request_reaches_the_owner_and_its_verdict_the_asker_once() {
        SagaId id = written("order-60");
        SagaEvent wish = new SagaEvent.Intervened(new Intervention(Verb.EDIT, "kim", "typo", "book", "{\"a\":1}"));
        long number = ledger.request(id, wish);
        assertThat(ledger.answer(number)).as("before the owner has answered").isEmpty();

        SagaStore.Request request = requestsFor(id).get(0);
        assertThat(request).isEqualTo(new SagaStore.Request(number, id, wish));
        store.write(lease, verdicts(new SagaStore.Verdict(number, "nothing is parked")));

        assertThat(requestsFor(id)).isEmpty();
        assertThat(ledger.answer(number)).contains(new SagaLedger.Answer("nothing is parked"));
        assertThatThrownBy(() -> ledger.answer(number)).isInstanceOf(RejectedException.class);
    }

    @Test
    void an_accepted_request_is_answered_without_a_refusal() {
        SagaId id = written("order-61");
        long number = ledger.request(id, new SagaEvent.CancelRequested("shop", "out of stock"));
        store.write(lease, verdicts(new SagaStore.Verdict(number, null)));
        assertThat(ledger.answer(number)).contains(new SagaLedger.Answer(null));
    }

    @Test
    void requests_come_oldest_first_and_only_to_the_owner() {
        SagaId id = written("order-62");
        long one = ledger.request(id, new SagaEvent.CancelRequested("a", "b"));
        long two = ledger.request(id, new SagaEvent.CancelRequested("c", "d"));
        assertThat(requestsFor(id)).extracting(SagaStore.Request::id).containsExactly(one, two);
        assertThat(store.requests(store.join("other", LONG), 10)).isEmpty();
    }

    @Test
    void nothing_can_be_asked_of_a_saga_that_is_not_there_or_has_ended() {
        SagaEvent wish = new SagaEvent.CancelRequested("a", "b");
        assertThatThrownBy(() -> ledger.request(newId(), wish)).isInstanceOf(RejectedException.class);
        SagaId id = written("order-63");
        store.write(lease, changes(new SagaStore.StatusChange(id, SagaStatus.COMPLETED, instant(), null)));
        assertThatThrownBy(() -> ledger.request(id, wish)).isInstanceOf(RejectedException.class);
    }

    @Test
    void a_request_that_came_just_before_the_end_is_answered_by_the_end() {
        SagaId id = written("order-64");
        long number = ledger.request(id, new SagaEvent.CancelRequested("a", "b"));
        store.write(lease, changes(new SagaStore.StatusChange(id, SagaStatus.COMPLETED, instant(), null)));
        assertThat(ledger.answer(number).orElseThrow().refusal()).contains("ended");
    }

    // ---- reading

    @Test
    void an_engine_reads_its_unfinished_sagas_page_by_page_in_the_order_of_their_ids() {
        SagaStore.Lease own = store.join("own", LONG);
        List<SagaStore.NewSaga> started =
                List.of(start("order-70"), start("order-71"), start("order-72"), start("order-73"));
        store.write(own, new SagaStore.Batch(started, List.of(), List.of(), List.of()));
        store.write(own, events(event(started.get(3).head().id(), 1, done("book"))));

        List<SagaStore.StoredSaga> page = store.mine(own, null, 3);
        List<SagaStore.StoredSaga> rest =
                store.mine(own, page.get(2).start().head().id(), 3);

        assertThat(page).extracting(SagaStore.StoredSaga::start).isEqualTo(started.subList(0, 3));
        assertThat(rest).extracting(SagaStore.StoredSaga::start).isEqualTo(started.subList(3, 4));
        assertThat(rest.get(0).events()).hasSize(1);
    }

    @Test
    void the_ledger_finds_sagas_by_each_thing_that_people_know_of_them() {
        SagaHead known = new SagaHead(newId(), "order-80", "trace-80", instant(), null);
        SagaStore.NewSaga plain = start("order-81");
        SagaStore.Lease dead = store.join("dead", LONG);
        store.write(dead, starts(saga(known), plain));
        store.write(dead, changes(new SagaStore.StatusChange(known.id(), SagaStatus.PARKED, instant(), null)));
        store.renew(dead, RUN_OUT);
        SagaId id = known.id();
        SagaLedger.Period period =
                new SagaLedger.Period(known.startedAt(), known.startedAt().plusSeconds(60));

        assertThat(found(new SagaLedger.Query(null, null, "order-80", null, null, false, 10)))
                .containsExactly(id);
        assertThat(found(new SagaLedger.Query(null, null, null, "trace-80", null, false, 10)))
                .containsExactly(id);
        String own = plain.head().correlationId();
        assertThat(found(new SagaLedger.Query(null, null, null, own, null, false, 10)))
                .containsExactly(plain.head().id());
        assertThat(found(new SagaLedger.Query("transfer", SagaStatus.PARKED, null, null, period, true, 1000)))
                .contains(id)
                .doesNotContain(plain.head().id());
        assertThat(found(new SagaLedger.Query("nothing", null, null, null, null, false, 10)))
                .isEmpty();
        assertThat(found(SagaLedger.Query.latest(1)))
                .containsExactly(plain.head().id());
        assertThat(found(new SagaLedger.Query(null, null, null, null, null, true, 1000)))
                .contains(id, plain.head().id());
    }

    @Test
    void the_ledger_counts_what_is_in_flight_and_shows_the_engines() {
        SagaGraph graph = Saga.define("counted", String.class)
                .step("only")
                .call((context, payload) -> {})
                .build()
                .graph();
        store.define(graph);
        store.define(graph);
        SagaStore.Lease own = store.join("counting", LONG);
        List<SagaStore.NewSaga> sagas = List.of(counted(graph, "a"), counted(graph, "b"), counted(graph, "c"));
        store.write(own, new SagaStore.Batch(sagas, List.of(), List.of(), List.of()));
        store.write(
                own,
                changes(
                        new SagaStore.StatusChange(sagas.get(0).head().id(), SagaStatus.COMPLETED, instant(), null),
                        new SagaStore.StatusChange(sagas.get(1).head().id(), SagaStatus.PARKED, instant(), null)));

        assertThat(ledger.inFlight())
                .contains(new SagaLedger.InFlight(
                        "counted", graph.hash(), 2, Map.of(SagaStatus.PARKED, 1L, SagaStatus.RUNNING, 1L)));
        assertThat(ledger.definition(graph.hash())).contains(graph.canonical());
        assertThat(ledger.definition("none")).isEmpty();
        assertThat(ledger.engines()).anySatisfy(engine -> {
            assertThat(engine.id()).isEqualTo(own.engine());
            assertThat(engine.name()).isEqualTo("counting");
            assertThat(engine.alive()).isTrue();
            assertThat(engine.sagas()).isEqualTo(2);
        });
    }

    @Test
    void a_saga_that_moves_to_another_definition_is_stored_with_it() {
        SagaGraph next = Saga.define("transfer", String.class)
                .step("book")
                .call((context, payload) -> {})
                .build()
                .graph();
        store.define(next);
        SagaId id = written("order-90");
        store.write(
                lease,
                new SagaStore.Batch(
                        List.of(),
                        List.of(event(id, 1, new SagaEvent.Migrated(TRANSFER.hash(), next.hash()))),
                        List.of(new SagaStore.StatusChange(id, SagaStatus.RUNNING, instant(), next.hash())),
                        List.of()));
        assertThat(store.load(id).orElseThrow().start().definitionHash()).isEqualTo(next.hash());
        assertThat(store.load(id).orElseThrow().owner()).isEqualTo(lease.engine());
    }

    @Test
    void purging_deletes_what_ended_before_in_bounded_batches_and_keeps_the_rest() {
        SagaId running = written("order-100");
        SagaId one = written("order-101");
        SagaId two = written("order-102");
        SagaId young = written("order-103");
        Instant old = instant();
        Instant later = old.plusSeconds(100);
        store.write(lease, events(event(one, 1, done("book"))));
        store.write(
                lease,
                changes(
                        new SagaStore.StatusChange(one, SagaStatus.COMPLETED, old, null),
                        new SagaStore.StatusChange(two, SagaStatus.COMPLETED, old, null),
                        new SagaStore.StatusChange(young, SagaStatus.COMPLETED, later, null)));

        int purged = 0;
        int batch;
        do {
            batch = ledger.purge(old.plusSeconds(50), 1);
            assertThat(batch).isLessThanOrEqualTo(1);
            purged += batch;
        } while (batch > 0);

        assertThat(purged).isGreaterThanOrEqualTo(2);
        assertThat(store.load(one)).isEmpty();
        assertThat(store.load(two)).isEmpty();
        assertThat(ledger.history(one)).isEmpty();
        assertThat(store.load(young)).isPresent();
        assertThat(store.load(running)).isPresent();
        assertThat(store.write(lease, starts(start("order-101"))).existing())
                .as("the business key of a purged saga is free")
                .isEmpty();
    }

    // ---- forgetting what ended long ago

    @Test
    void finished_sagas_are_found_once_they_were_kept_long_enough_each_type_for_its_own_time() {
        SagaGraph slow = Saga.define("kept-longer", String.class)
                .step("book")
                .call((context, payload) -> {})
                .build()
                .graph();
        store.define(slow);
        SagaId old = endedAgo("forget-1", TRANSFER, Duration.ofMinutes(2));
        SagaId older = endedAgo("forget-2", TRANSFER, Duration.ofMinutes(3));
        SagaId young = endedAgo("forget-3", TRANSFER, Duration.ofSeconds(20));
        SagaId longer = endedAgo("forget-4", slow, Duration.ofMinutes(2));
        SagaId longest = endedAgo("forget-5", slow, Duration.ofMinutes(20));
        SagaId running = startedAnHourAgo("forget-6", TRANSFER, null);
        SagaId parked = startedAnHourAgo("forget-7", TRANSFER, null);
        SagaId held = startedAnHourAgo("forget-8", TRANSFER, null);
        store.write(
                lease,
                changes(
                        new SagaStore.StatusChange(parked, SagaStatus.PARKED, instant(), null),
                        new SagaStore.StatusChange(held, SagaStatus.HELD, instant(), null)));

        List<SagaId> due = due(Retention.of(Duration.ofMinutes(1)).type("kept-longer", Duration.ofMinutes(10)), 2);

        assertThat(due).contains(old, older, longest).doesNotContain(young, longer, running, parked, held);
        assertThat(due).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void what_is_forgotten_is_gone_with_its_events_and_its_business_key_is_free() {
        SagaId old = startedAnHourAgo("forget-10", TRANSFER, null);
        SagaId running = startedAnHourAgo("forget-11", TRANSFER, null);
        store.write(lease, events(event(old, 1, done("book")), event(running, 1, done("book"))));
        store.write(lease, changes(new SagaStore.StatusChange(old, SagaStatus.COMPENSATED, instant(), null)));

        assertThat(store.forget(List.of(old, running, newId())))
                .as("one that runs is never forgotten, whoever asks for it")
                .isEqualTo(1);

        assertThat(store.load(old)).isEmpty();
        assertThat(ledger.history(old)).isEmpty();
        assertThat(store.load(running).orElseThrow().events()).hasSize(1);
        assertThat(store.forget(List.of(old))).isZero();
        assertThat(store.write(lease, starts(start("forget-10"))).existing()).isEmpty();
    }

    @Test
    void a_sub_saga_and_its_parent_are_kept_until_both_have_ended() {
        SagaGraph graph = Saga.define("forget-parent", String.class)
                .step("sub")
                .saga(
                        Saga.define("forget-child", String.class)
                                .step("book")
                                .call((context, payload) -> {})
                                .build(),
                        payload -> payload)
                .build()
                .graph();
        store.define(graph);
        Retention minute = Retention.of(Duration.ofMinutes(1));
        SagaId unfinished = startedAnHourAgo("forget-20", graph, null);
        SagaId itsChild = startedAnHourAgo("forget-21", TRANSFER, unfinished);
        SagaId finished = endedAgo("forget-22", graph, Duration.ofMinutes(5));
        SagaId itsUnfinishedChild = startedAnHourAgo("forget-23", TRANSFER, finished);
        SagaId alone = endedAgo("forget-24", graph, Duration.ofMinutes(5));
        Instant ended = instant().minusSeconds(300);
        store.write(lease, changes(new SagaStore.StatusChange(itsChild, SagaStatus.COMPENSATED, ended, null)));

        assertThat(due(minute, 100)).contains(alone).doesNotContain(itsChild, finished);
        ledger.purge(instant().minusSeconds(60), 1_000);
        assertThat(store.load(itsChild)).as("the child of an unfinished parent").isPresent();
        assertThat(store.load(finished)).as("the parent of an unfinished child").isPresent();
        assertThat(store.load(alone)).isEmpty();

        store.write(
                lease,
                changes(
                        new SagaStore.StatusChange(unfinished, SagaStatus.COMPENSATED, ended, null),
                        new SagaStore.StatusChange(itsUnfinishedChild, SagaStatus.COMPLETED, ended, null)));
        assertThat(due(minute, 100)).contains(unfinished, itsChild, finished, itsUnfinishedChild);
    }

    @Test
    void only_the_living_engine_with_the_lowest_number_is_shown_finished_sagas() {
        SagaId old = endedAgo("forget-30", TRANSFER, Duration.ofMinutes(2));
        Retention minute = Retention.of(Duration.ofMinutes(1));
        SagaStore.Lease second = store.join("second", LONG);
        assertThat(store.finished(second, minute, null, 1_000).sagas()).isEmpty();
        assertThat(due(minute, 1_000)).contains(old);

        ledger.engines().stream()
                .filter(engine -> engine.id() < second.engine() && engine.alive())
                .forEach(engine -> store.renew(leaseOf(engine), RUN_OUT));

        assertThat(ids(store.finished(second, minute, null, 1_000))).contains(old);
    }

    @Test
    void whom_to_tell_that_a_saga_ended_stands_in_its_definition() {
        SagaGraph graph = Saga.define("forget-commands", String.class)
                .step("book")
                .command("accounts", payload -> payload)
                .step("ship")
                .command("shipping", payload -> payload)
                .step("push")
                .command("accounts", payload -> payload)
                .build()
                .graph();
        store.define(graph);
        SagaId saga = endedAgo("forget-40", graph, Duration.ofMinutes(2));

        SagaStore.Finished page = store.finished(eldest(), Retention.of(Duration.ofMinutes(1)), null, 1_000);

        assertThat(page.sagas())
                .filteredOn(ended -> ended.id().equals(saga))
                .singleElement()
                .isEqualTo(new SagaStore.Ended(saga, "trace-forget-40", List.of("accounts", "shipping")));
    }

    /** All pages, each of at most so many. */
    private List<SagaId> due(Retention retention, int page) {
        List<SagaId> found = new ArrayList<>();
        SagaId after = null;
        do {
            SagaStore.Finished next = store.finished(eldest(), retention, after, page);
            assertThat(next.sagas()).hasSizeLessThanOrEqualTo(page);
            found.addAll(ids(next));
            after = next.next();
        } while (after != null);
        return found;
    }

    private static List<SagaId> ids(SagaStore.Finished page) {
        return page.sagas().stream().map(SagaStore.Ended::id).toList();
    }

    private SagaStore.Lease eldest() {
        return ledger.engines().stream()
                .filter(SagaLedger.Engine::alive)
                .findFirst()
                .map(SagaStoreContract::leaseOf)
                .orElseThrow();
    }

    private static SagaStore.Lease leaseOf(SagaLedger.Engine engine) {
        return new SagaStore.Lease(engine.id(), engine.epoch(), engine.name(), engine.leaseUntil());
    }

    private SagaId endedAgo(String key, SagaGraph graph, Duration ago) {
        SagaId id = startedAnHourAgo(key, graph, null);
        store.write(
                lease,
                changes(new SagaStore.StatusChange(
                        id, SagaStatus.COMPLETED, instant().minus(ago), null)));
        return id;
    }

    /** Under an id that says so. */
    private SagaId startedAnHourAgo(String key, SagaGraph graph, @Nullable SagaId parent) {
        Instant at = instant().minusSeconds(3_600);
        SagaId id = new SagaId((at.toEpochMilli() << 21) + NEXT.incrementAndGet() % (1 << 21));
        SagaHead.Parent kin = parent == null ? null : new SagaHead.Parent(parent, "sub");
        SagaHead head = new SagaHead(id, key, "trace-" + key, at, kin);
        store.write(
                lease, starts(new SagaStore.NewSaga(head, graph.type(), graph.hash(), "\"x\"", SagaStatus.RUNNING)));
        return id;
    }

    // ---- words of these tests

    private SagaId written(String key) {
        SagaStore.NewSaga start = start(key);
        assertThat(store.write(lease, starts(start)).existing()).isEmpty();
        return start.head().id();
    }

    private List<SagaId> found(SagaLedger.Query query) {
        return ledger.search(query).stream()
                .map(entry -> entry.start().head().id())
                .toList();
    }

    private List<SagaStore.Request> requestsFor(SagaId saga) {
        return store.requests(lease, 1000).stream()
                .filter(request -> request.saga().equals(saga))
                .toList();
    }

    static SagaId newId() {
        return new SagaId(NEXT.incrementAndGet());
    }

    /** After what the ids say, as the store's clock would tell. */
    Instant instant() {
        return store.now().truncatedTo(ChronoUnit.MICROS);
    }

    SagaStore.NewSaga start(String key) {
        SagaId id = newId();
        return saga(new SagaHead(id, key, id.toString(), instant(), null));
    }

    static SagaStore.NewSaga saga(SagaHead head) {
        return new SagaStore.NewSaga(head, "transfer", TRANSFER.hash(), "{\"amount\":5}", SagaStatus.RUNNING);
    }

    private SagaStore.NewSaga counted(SagaGraph graph, String key) {
        return new SagaStore.NewSaga(
                new SagaHead(newId(), key, "c", instant(), null), "counted", graph.hash(), "{}", SagaStatus.RUNNING);
    }

    SagaStore.StoredEvent event(SagaId saga, int seq, SagaEvent event) {
        return new SagaStore.StoredEvent(saga, seq, instant(), event);
    }

    /** What came of an attempt in flight: where the store has a path without a lock, it goes there. */
    private SagaStore.StoredEvent repeated(SagaId saga, int seq, SagaEvent event) {
        return new SagaStore.StoredEvent(saga, seq, instant(), event, true);
    }

    static SagaEvent.StepDone done(String step) {
        return new SagaEvent.StepDone(token(step, 1), null);
    }

    static StepToken token(String step, int attempt) {
        return new StepToken(step, Phase.ACTION, 1, attempt);
    }

    static SagaStore.Batch starts(SagaStore.NewSaga... sagas) {
        return new SagaStore.Batch(List.of(sagas), List.of(), List.of(), List.of());
    }

    static SagaStore.Batch events(SagaStore.StoredEvent... events) {
        return new SagaStore.Batch(List.of(), List.of(events), List.of(), List.of());
    }

    static SagaStore.Batch changes(SagaStore.StatusChange... changes) {
        return new SagaStore.Batch(List.of(), List.of(), List.of(changes), List.of());
    }

    static SagaStore.Batch verdicts(SagaStore.Verdict... verdicts) {
        return new SagaStore.Batch(List.of(), List.of(), List.of(), List.of(verdicts));
    }
}
