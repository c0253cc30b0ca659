package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An engine is taken over in the middle of a write, behind its fence and before its commit. Its heir reads the sagas once, so whatever
 * the former engine still stores and acts upon, and somebody was told of, would be lost on him if he did not wait for it.
 */
@Databases
class TakeOverWhileStoringTest {

    private static final SagaDefinition<String> ORDER = Saga.define("order", String.class)
            .step("pay")
            .call((context, text) -> {})
            .compensate((context, text) -> {})
            .step("ship")
            .call((context, text) -> {})
            .forwardOnly()
            .retry(RetryPolicy.never())
            .build();

    private final Jdbc jdbc;
    private final SagaStore store;
    private final HeldInserts inserts;
    private final HandDrivenEngine former;
    private final HandDrivenEngine heir;

    TakeOverWhileStoringTest(TestDatabase database) {
        this.jdbc = Jdbc.on(database.dataSource());
        Schema.of(jdbc).install("saga");
        this.store = SagaStore.of(jdbc);
        this.inserts = new HeldInserts(database, jdbc);
        this.former = new HandDrivenEngine(store, "former", InstantSource.system(), ORDER);
        this.heir = new HandDrivenEngine(store, "heir", InstantSource.system(), ORDER);
    }

    @BeforeEach
    void letInsertsThrough() {
        inserts.install();
    }

    @AfterEach
    void removeTheHold() {
        inserts.close();
    }

    private static SagaId paying(HandDrivenEngine engine) {
        SagaId saga = engine.begin(ORDER);
        engine.rounds();
        assertThat(engine.attempted("pay")).isTrue();
        return saga;
    }

    private static SagaId parkedAtShipping(HandDrivenEngine engine) {
        SagaId saga = paying(engine);
        engine.done("pay");
        engine.rounds();
        engine.answer("ship", token -> new SagaEvent.StepUnknown(token, "the line is dead", true));
        engine.rounds();
        return saga;
    }

    /** What an engine is about to store when it is taken over. */
    enum Stored {
        A_START {
            @Override
            SagaId offered(HandDrivenEngine engine) {
                return engine.begin(ORDER);
            }
        },
        A_REFUSAL {
            @Override
            SagaId offered(HandDrivenEngine engine) {
                SagaId saga = paying(engine);
                engine.answer("pay", token -> new SagaEvent.StepWasRefused(token, "NO", "no money"));
                return saga;
            }
        },
        THAT_AN_OUTCOME_IS_UNKNOWN {
            @Override
            SagaId offered(HandDrivenEngine engine) {
                SagaId saga = paying(engine);
                engine.answer("pay", token -> new SagaEvent.StepUnknown(token, "no answer", true));
                return saga;
            }
        },
        A_CANCELLATION {
            @Override
            SagaId offered(HandDrivenEngine engine) {
                SagaId saga = paying(engine);
                engine.loop.offer(asked(saga, new SagaEvent.CancelRequested("kim", "changed her mind")));
                return saga;
            }
        },
        A_PERSONS_VERB {
            @Override
            SagaId offered(HandDrivenEngine engine) {
                SagaId saga = parkedAtShipping(engine);
                Intervention done = new Intervention(Verb.MARK_DONE, "kim", "seen at the door", "ship", null);
                engine.loop.offer(asked(saga, new SagaEvent.Intervened(done)));
                return saga;
            }
        },
        WHAT_CAME_OF_A_PARKED_STEP {
            @Override
            SagaId offered(HandDrivenEngine engine) {
                SagaId saga = parkedAtShipping(engine);
                engine.done("ship");
                return saga;
            }
        };

        abstract SagaId offered(HandDrivenEngine engine);

        private static LoopInput.Event asked(SagaId saga, SagaEvent event) {
            return new LoopInput.Event(saga, event, 0, new CompletableFuture<>());
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_heir_reads_all_that_the_former_engine_ever_stores(Stored stored) {
        SagaId saga = stored.offered(former);

        TakeOver takeOver = new TakeOver(saga).untilTheHeirIsDoneOrWaits();
        inserts.letGo();
        takeOver.over();

        assertThat(takeOver.read.join()).isEqualTo(history(saga));
    }

    @Test
    void what_came_of_an_attempt_in_flight_is_found_by_the_heir_that_makes_it_again() {
        SagaId saga = paying(former);
        StepToken token = former.token("pay");
        former.done("pay");

        TakeOver takeOver = new TakeOver(saga).untilTheHeirIsDoneOrWaits();
        if (jdbc.dialect().isInnoDb()) {
            inserts.letGo();
        } else {
            assertThat(takeOver.read.join())
                    .as("the heir waits for nobody: it reads the saga without what is being stored")
                    .hasSize(1);
            heir.loop.offer(new LoopInput.Load(saga, null));
            heir.rounds();
            assertThat(heir.token("pay")).isEqualTo(token);
            inserts.letGo();
            takeOver.over();
            heir.done("pay");
            heir.rounds();
        }
        takeOver.over();
        heir.loop.offer(new LoopInput.Load(saga, null));
        heir.rounds();

        assertThat(history(saga)).as("the start, and one payment").hasSize(2);
        assertThat(heir.attempted("ship")).isTrue();
        assertThatThrownBy(() -> {
                    former.done("ship");
                    former.rounds();
                })
                .isInstanceOf(SagaStore.Fenced.class);
    }

    /** The number of the start and of each event, in words that can be compared. */
    private List<String> history(SagaId saga) {
        return store.load(saga).stream()
                .flatMap(stored -> Stream.concat(
                        Stream.of("0 started, owner " + stored.owner()),
                        stored.events().stream().map(event -> event.seq() + " " + event.event())))
                .toList();
    }

    /** The former engine stands in its write, and its heir takes over and reads the saga as soon as it can. */
    private final class TakeOver {
        private final CompletableFuture<Void> write;
        private final CompletableFuture<List<String>> read;

        TakeOver(SagaId saga) {
            store.renew(former.loop.lease(), Duration.ofSeconds(-1));
            inserts.hold();
            write = Background.run(former::rounds);
            await().until(inserts::areHeld);
            read = Background.supply(() -> {
                // it gives up waiting after some seconds, and then comes again
                await().until(this::isTakenOver);
                return history(saga);
            });
        }

        private static ConditionFactory await() {
            return Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(10));
        }

        private boolean isTakenOver() {
            store.takeOver(heir.loop.lease());
            return jdbc.autocommit(tx -> tx.queryOne(
                                    "SELECT epoch FROM tally_engine WHERE id = ?",
                                    row -> row.longValue("epoch"),
                                    former.loop.lease().engine())
                            .orElseThrow())
                    > former.loop.lease().epoch();
        }

        TakeOver untilTheHeirIsDoneOrWaits() {
            await().until(() -> read.isDone() || inserts.somebodyWaitsForALock());
            return this;
        }

        void over() {
            // fenced or not, it has ended
            write.handle((nothing, fenced) -> nothing).join();
            read.join();
        }
    }
}
