package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a consumer reads, however many lanes it has room in. */
@Databases
class MessageRowsTest {

    private final MessageRows rows = new MessageRows();
    private final HikariDataSource pool;
    private final Jdbc jdbc;

    MessageRowsTest(TestDatabase db) {
        pool = MessageDatabase.pool(db);
        jdbc = Jdbc.on(pool);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private void sent(String channel, int count) {
        List<Message> messages = IntStream.range(0, count)
                .mapToObj(i -> new Message("m-" + i, channel, "key-" + i, Map.of(), "{}"))
                .toList();
        jdbc.run(tx -> rows.insert(tx, messages));
    }

    private List<Delivery> read(String channel, List<Integer> lanes) {
        return jdbc.inTransaction(tx -> rows.read(tx, channel, lanes, 100));
    }

    @Test
    void the_beginnings_of_many_lanes_come_in_the_order_of_arrival() {
        sent("many", 50);

        assertThat(read("many", IntStream.range(0, Lanes.COUNT).boxed().toList()))
                .extracting(delivery -> delivery.message().id())
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "m-" + i).toList());
    }

    /** His handler fails late, when the next owner has done the first message of the key and waits with the second. */
    @Test
    void who_has_lost_his_lane_touches_neither_a_handled_message_nor_the_next_owners_memory_of_its_key() {
        jdbc.run(tx -> rows.insert(
                tx,
                IntStream.of(1, 2)
                        .mapToObj(i -> new Message("m-" + i, "lost", "one-key", Map.of(), "{}"))
                        .toList()));
        List<Delivery> both = read("lost", List.of(Lanes.of("one-key")));
        Delivery first = both.get(0);
        Delivery second = both.get(1);
        jdbc.run(tx -> {
            rows.delete(tx, List.of(first));
            rows.retryLater(tx, second, 3, Duration.ofHours(1), "the next owner's");
        });

        jdbc.run(tx -> rows.retryLater(tx, first, 1, Duration.ofMillis(1), "late"));
        jdbc.run(tx -> rows.bury(tx, first, 10, "late"));

        assertThat(read("lost", List.of(first.lane()))).as("the second waits").isEmpty();
        jdbc.run(tx -> {
            String sql = "SELECT seq, attempts FROM tally_retry WHERE channel = 'lost'";
            assertThat(tx.query(sql, row -> row.longValue("seq") + " " + row.intValue("attempts")))
                    .containsExactly(second.seq() + " 3");
            assertThat(rows.dead(tx, "lost", 10)).isEmpty();
        });
    }

    /** All others are full, or belong to somebody else. */
    @Test
    void one_lane_alone_can_be_read() {
        sent("one", 50);
        int lane = Lanes.of("key-7");

        assertThat(read("one", List.of(lane)))
                .extracting(delivery -> delivery.message().id())
                .isEqualTo(IntStream.range(0, 50)
                        .filter(i -> Lanes.of("key-" + i) == lane)
                        .mapToObj(i -> "m-" + i)
                        .toList());
    }
}
