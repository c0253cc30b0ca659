package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
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
