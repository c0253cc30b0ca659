package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GtidSetTest {

    private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String B = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

    @Test
    void a_set_is_written_as_the_server_writes_it() {
        assertThat(GtidSet.parse(B + ":7,\n" + A.toUpperCase(java.util.Locale.ROOT) + ":3-5:1-2:9")
                        .toString())
                .isEqualTo(A + ":1-5:9," + B + ":7");
        assertThat(GtidSet.parse("").toString()).isEmpty();
    }

    @Test
    void adding_and_removing_in_any_order_gives_the_same_as_a_plain_set_of_numbers() {
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            GtidSet set = new GtidSet();
            TreeSet<Long> plain = new TreeSet<>();
            for (int i = 0; i < 60; i++) {
                long number = 1 + random.nextInt(30);
                if (random.nextInt(3) > 0) {
                    set.add(Gtid.mysql(A, number));
                    plain.add(number);
                } else {
                    set.remove(Gtid.mysql(A, number));
                    plain.remove(number);
                }
            }
            for (long number = 0; number < 33; number++) {
                assertThat(set.contains(Gtid.mysql(A, number))).isEqualTo(plain.contains(number));
            }
            GtidSet again = new GtidSet();
            plain.forEach(number -> again.add(Gtid.mysql(A, number)));
            assertThat(set.toString()).isEqualTo(again.toString());
            assertThat(GtidSet.parse(set.toString()).containsAll(set)).isTrue();
        }
    }

    @Test
    void one_set_contains_another_only_as_a_whole() {
        GtidSet large = GtidSet.parse(A + ":1-10," + B + ":1");
        assertThat(large.containsAll(GtidSet.parse(A + ":2-3:10"))).isTrue();
        assertThat(large.containsAll(GtidSet.parse(A + ":10-11"))).isFalse();
        assertThat(large.minus(GtidSet.parse(A + ":4-20")).toString()).isEqualTo(A + ":1-3," + B + ":1");
    }

    @Test
    void tags_and_nonsense_are_refused() {
        assertThatThrownBy(() -> GtidSet.parse(A + ":tag:1-5"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("tags");
        assertThatThrownBy(() -> GtidSet.parse("0-1-270")).isInstanceOf(RejectedException.class);
    }
}
