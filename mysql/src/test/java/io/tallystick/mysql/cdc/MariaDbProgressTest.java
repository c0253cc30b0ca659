package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import org.junit.jupiter.api.Test;

class MariaDbProgressTest {

    @Test
    void a_held_transaction_is_read_again_and_what_was_delivered_behind_it_is_passed_over() {
        MariaDbProgress first = new MariaDbProgress(new Position("0-1-10,5-2-7"));
        first.hold(Gtid.parse("0-1-11"));
        first.done(Gtid.parse("5-2-8"));
        first.done(Gtid.parse("0-1-12"));
        assertThat(first.position().text()).isEqualTo("0-1-12,5-2-8;from=0-1-10,5-2-7");

        MariaDbProgress second = new MariaDbProgress(first.position());
        assertThat(second.sendAfter()).isEqualTo("0-1-10,5-2-7");
        assertThat(second.isRepeated(Gtid.parse("0-1-11"))).isTrue();
        second.hold(Gtid.parse("0-1-11"));
        assertThat(second.isRepeated(Gtid.parse("5-2-8"))).isTrue();
        second.done(Gtid.parse("5-2-8"));
        assertThat(second.isRepeated(Gtid.parse("5-2-9"))).isFalse();
        assertThat(second.including(Gtid.parse("5-2-9")).text()).isEqualTo("0-1-12,5-2-9;from=0-1-10,5-2-7");
        second.done(Gtid.parse("5-2-9"));
        second.done(Gtid.parse("0-1-12"));
        assertThat(second.isRepeated(Gtid.parse("0-1-13"))).isFalse();
        second.release(Gtid.parse("0-1-11"));
        assertThat(second.including(Gtid.parse("0-1-13")).text()).isEqualTo("0-1-13,5-2-9");
    }

    @Test
    void the_oldest_of_several_held_transactions_decides() {
        MariaDbProgress progress = new MariaDbProgress(new Position("none"));
        progress.hold(Gtid.parse("0-1-1"));
        progress.hold(Gtid.parse("0-1-2"));
        assertThat(progress.position().text()).isEqualTo("0-1-2;from=none");
        progress.release(Gtid.parse("0-1-1"));
        progress.done(Gtid.parse("0-1-3"));
        assertThat(progress.position().text()).isEqualTo("0-1-3;from=0-1-1");
    }

    @Test
    void a_list_covers_another_when_no_domain_is_behind() {
        assertThat(Flavour.MARIADB.covers("0-1-5,1-1-2", "0-2-4")).isTrue();
        assertThat(Flavour.MARIADB.covers("0-1-5", "0-2-4,1-1-1")).isFalse();
        assertThatThrownBy(() -> Flavour.MARIADB.covers("0-1-5", "0-2-5")).isInstanceOf(GapException.class);
    }
}
