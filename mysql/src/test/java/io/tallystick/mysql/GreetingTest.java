package io.tallystick.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Of a server's greeting one byte is read otherwise, and of nothing else. */
class GreetingTest {

    private static final int LATIN1 = 8;
    private static final int CHARACTER_SET = 4 + 1 + "11.4.5-MariaDB".length() + 1 + 4 + 8 + 1 + 2;

    @Test
    void its_character_set_becomes_utf8mb4_and_all_else_stays() {
        byte[] server = greeting(LATIN1);
        byte[] read = read(server);
        assertThat(read[CHARACTER_SET]).isEqualTo((byte) 45);
        read[CHARACTER_SET] = LATIN1;
        assertThat(read).isEqualTo(server);
    }

    @Test
    void a_server_that_speaks_utf8_is_let_be() {
        for (int collation : new int[] {33, 45, 224, 255}) {
            byte[] server = greeting(collation);
            assertThat(read(server)).isEqualTo(server);
        }
    }

    @Test
    void a_refusal_is_let_be() {
        byte[] refusal = greeting(LATIN1);
        refusal[4] = (byte) 0xff;
        assertThat(read(refusal)).isEqualTo(refusal);
    }

    private static byte[] read(byte[] server) {
        Greeting greeting = new Greeting();
        byte[] read = new byte[server.length];
        for (int i = 0; i < server.length; i++) {
            read[i] = greeting.isOver() ? server[i] : greeting.seen(server[i]);
        }
        assertThat(greeting.isOver()).isTrue();
        return read;
    }

    /** With zeros and tens wherever they may stand. */
    private static byte[] greeting(int collation) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {90, 0, 0, 0, 10});
        bytes.writeBytes("11.4.5-MariaDB".getBytes(StandardCharsets.US_ASCII));
        bytes.write(0);
        bytes.writeBytes(new byte[] {0, 0, 10, 0});
        bytes.writeBytes(new byte[] {1, 0, 3, 4, 5, 10, 7, 8, 0, 9, 0});
        bytes.write(collation);
        bytes.writeBytes(new byte[] {2, 0, 8, 8, 10, 0, 0, 8});
        return bytes.toByteArray();
    }
}
