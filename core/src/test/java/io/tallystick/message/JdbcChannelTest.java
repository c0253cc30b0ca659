package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@Databases
class JdbcChannelTest extends ChannelContract {
    /** A lease that outlasts the pauses of a busy machine: whoever loses it hands on what is handled already. */
    private static final JdbcChannel.Options OPTIONS = options(Duration.ofSeconds(30));

    private static JdbcChannel.Options options(Duration lease) {
        return new JdbcChannel.Options(3, lease, Duration.ofMillis(10), Duration.ofMillis(50), QUICK);
    }

    private final HikariDataSource pool;
    private final Jdbc jdbc;
    private final List<AutoCloseable> more = new ArrayList<>();

    JdbcChannelTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        jdbc = Jdbc.on(pool);
    }

    @Override
    Channel open() {
        return new JdbcChannel(pool, OPTIONS, MessageRuntime.system());
    }

    @Override
    DeadMessages deadMessages() {
        return (JdbcChannel) channel;
    }

    @Override
    void until(String what, BooleanSupplier condition) {
        Awaitility.await(what)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(120))
                .until(condition::getAsBoolean);
    }

    @AfterEach
    void closeAll() throws Exception {
        channel.close();
        for (AutoCloseable one : more) {
            one.close();
        }
        pool.close();
    }

    /** Shares are evened out three times in a lease. */
    private JdbcChannel sharing(Duration lease) {
        JdbcChannel other = new JdbcChannel(pool, options(lease), MessageRuntime.system());
        more.add(other);
        return other;
    }

    @Test
    void messages_sent_in_a_transaction_leave_when_it_commits_and_vanish_when_it_does_not() {
        JdbcChannel outbox = (JdbcChannel) channel;
        channel.subscribe(name, m -> handled.add(m.id()));

        jdbc.run(tx -> outbox.send(tx, List.of(message("k", "committed"))));
        try {
            jdbc.run(tx -> {
                outbox.send(tx, List.of(message("k", "rolledback")));
                throw new IllegalStateException("the business said no");
            });
        } catch (IllegalStateException expected) {
            // rolled back
        }
        channel.send(message("k", "last"));

        until("the last one arrived", () -> handled.contains("last"));
        assertThat(handled).containsExactly("committed", "last");
    }

    @Test
    void a_subscription_reads_on_after_an_error_of_the_virtual_machine() {
        AtomicBoolean broken = new AtomicBoolean();
        AtomicInteger errors = new AtomicInteger();
        DataSource brittle = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, args) -> {
                    if (broken.get() && method.getName().equals("getConnection")) {
                        errors.incrementAndGet();
                        throw new OutOfMemoryError("just now");
                    }
                    return method.invoke(pool, args);
                });
        JdbcChannel other = new JdbcChannel(brittle, OPTIONS, MessageRuntime.system());
        more.add(other);
        other.subscribe(name, m -> handled.add(m.id()));

        broken.set(true);
        until("errors struck", () -> errors.get() > 0);
        broken.set(false);
        channel.send(message("k", "afterwards"));

        until("it arrived", () -> handled.contains("afterwards"));
    }

    /** Trap: order of ids is not order of commits, so "id greater than the last" skips rows. */
    @Test
    void a_message_with_a_smaller_number_that_commits_later_is_not_skipped() throws Exception {
        JdbcChannel outbox = (JdbcChannel) channel;
        channel.subscribe(name, m -> handled.add(m.id()));
        CountDownLatch inserted = new CountDownLatch(1);
        CountDownLatch overtaken = new CountDownLatch(1);
        Thread slow = new Thread(() -> jdbc.run(tx -> {
            outbox.send(tx, List.of(message("k", "slow")));
            inserted.countDown();
            overtaken.await();
        }));
        slow.start();
        inserted.await();

        channel.send(message("k", "quick"));
        until("the quick one was handled and deleted", () -> handled.contains("quick") && rowsOf() == 0);
        overtaken.countDown();
        slow.join();

        until("the slow one was handled too", () -> handled.contains("slow"));
    }

    @Test
    void a_message_that_comes_while_its_key_is_being_handled_waits() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        channel.subscribe(name, m -> {
            if (m.id().equals("first")) {
                started.countDown();
                release.await();
            }
            handled.add(m.id());
        });
        channel.send(message("k", "first"));
        started.await();

        channel.send(message("k", "second"));
        for (String other : List.of("other-1", "other-2", "other-3")) {
            channel.send(message(other, other));
            until("another key went by", () -> handled.contains(other));
        }
        boolean waited = !handled.contains("second");
        release.countDown();
        assertThat(waited).as("the second waited").isTrue();

        until("the second followed", () -> handled.contains("second"));
        assertThat(handled).endsWith("first", "second");
    }

    /** Trap: a row lock held across user code blocks everybody. */
    @Test
    void while_a_handler_runs_no_row_of_the_channel_is_locked() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        channel.subscribe(name, m -> {
            running.countDown();
            go.await();
        });
        channel.send(message("k", "m1"));
        assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();

        // the renewal of the leases locks rows for an instant, so one free moment is what proves it
        until("all rows could be locked", this::allRowsAreFree);
        go.countDown();
    }

    private boolean allRowsAreFree() {
        return jdbc.inTransaction(tx -> {
            int messages = tx.query(
                            "SELECT seq FROM tally_message WHERE channel = ? FOR UPDATE SKIP LOCKED", r -> 1, name)
                    .size();
            int lanes = tx.query("SELECT lane FROM tally_lane WHERE channel = ? FOR UPDATE SKIP LOCKED", r -> 1, name)
                    .size();
            return messages == 1 && lanes == Lanes.COUNT;
        });
    }

    @Test
    void several_consumers_share_the_lanes_and_never_handle_one_key_at_the_same_time() {
        Map<String, AtomicInteger> inside = new ConcurrentHashMap<>();
        AtomicInteger clashes = new AtomicInteger();
        AtomicInteger[] share = {new AtomicInteger(), new AtomicInteger()};
        JdbcChannel[] both = {sharing(Duration.ofSeconds(5)), sharing(Duration.ofSeconds(5))};
        for (int i = 0; i < 2; i++) {
            AtomicInteger mine = share[i];
            both[i].subscribe(name, m -> {
                AtomicInteger running = inside.computeIfAbsent(m.key(), k -> new AtomicInteger());
                clashes.addAndGet(running.incrementAndGet() > 1 ? 1 : 0);
                handled.add(m.id());
                mine.incrementAndGet();
                running.decrementAndGet();
            });
        }
        until("each has its share of the lanes", () -> ownersWith(Lanes.COUNT / 2) == 2);

        channel.send(IntStream.range(0, 400)
                .mapToObj(i -> message("key-" + i % 40, "m" + i))
                .toList());

        until("all were handled", () -> handled.size() >= 400);
        assertThat(handled).doesNotHaveDuplicates();
        assertThat(clashes).hasValue(0);
        assertThat(share[0].get()).isPositive();
        assertThat(share[1].get()).isPositive();
    }

    @Test
    void when_a_consumer_dies_another_takes_its_lanes_after_the_lease() throws Exception {
        // a consumer that has claimed everything and then never polls again
        LaneConsumer dead = new LaneConsumer(
                jdbc,
                name,
                m -> handled.add("dead " + m.id()),
                options(Duration.ofMillis(500)),
                MessageRuntime.system());
        dead.poll();
        assertThat(ownersWith(Lanes.COUNT)).isEqualTo(1);

        sharing(Duration.ofMillis(1_500)).subscribe(name, m -> handled.add(m.id()));
        channel.send(message("k", "m1"));

        until("the living one has it", () -> handled.contains("m1"));
        assertThat(epochs()).as("a new owner counts the epoch up").isGreaterThanOrEqualTo(Lanes.COUNT + 1);
    }

    @Test
    void a_consumer_that_slept_through_its_lease_hands_nothing_out() throws Exception {
        AtomicLong nanos = new AtomicLong();
        MessageRuntime real = MessageRuntime.system();
        LaneConsumer sleeper = new LaneConsumer(
                jdbc,
                name,
                m -> handled.add(m.id()),
                OPTIONS,
                new MessageRuntime(real.clock(), nanos::get, real.random(), real.ids()));
        channel.send(message("k", "m1"));
        assertThat(sleeper.poll()).isEqualTo(1);

        nanos.addAndGet(OPTIONS.lease().toNanos() + 1);
        sleeper.work();

        assertThat(handled).isEmpty();
        assertThat(rowsOf()).isEqualTo(1);
    }

    @Test
    void what_was_handled_is_deleted_and_leaves_no_trace() {
        channel.subscribe(name, m -> handled.add(m.id()));

        channel.send(
                IntStream.range(0, 50).mapToObj(i -> message("k" + i, "m" + i)).toList());

        until("nothing is left", () -> handled.size() == 50 && rowsOf() == 0);
    }

    @Test
    void a_closed_subscription_gives_its_lanes_back_at_once() {
        channel.subscribe(name, m -> handled.add(m.id())).close();

        List<Integer> owned = jdbc.inTransaction(
                tx -> tx.query("SELECT lane FROM tally_lane WHERE channel = ? AND owner IS NOT NULL", r -> 1, name));
        assertThat(owned).isEmpty();
    }

    @Test
    void the_channel_goes_on_after_its_database_was_away(TestDatabase db) {
        channel.subscribe(name, m -> handled.add(m.id()));
        List<String> sent = Collections.synchronizedList(new ArrayList<>());
        channel.send(message("k", "before"));
        until("the first arrived", () -> handled.contains("before"));

        MessageDatabase.dropConnections(pool);
        until("the next could be sent", () -> {
            try {
                channel.send(message("k", "after"));
                return sent.add("after");
            } catch (RuntimeException e) {
                return false;
            }
        });

        until("the next arrived", () -> handled.contains("after"));
    }

    private int rowsOf() {
        return jdbc.inTransaction(tx -> tx.query("SELECT seq FROM tally_message WHERE channel = ?", r -> 1, name))
                .size();
    }

    private int ownersWith(int lanes) {
        return jdbc.inTransaction(tx -> tx.query(
                        "SELECT owner FROM tally_lane WHERE channel = ? AND owner IS NOT NULL GROUP BY owner HAVING COUNT(*) = "
                                + lanes,
                        r -> 1,
                        name))
                .size();
    }

    private long epochs() {
        return jdbc.inTransaction(tx -> tx.queryOne(
                        "SELECT SUM(epoch) AS epochs FROM tally_lane WHERE channel = ?",
                        r -> r.longValue("epochs"),
                        name))
                .orElseThrow();
    }
}
