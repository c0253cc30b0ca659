package io.tallystick.testkit.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whoever lets go of a port for a moment finds it free when he comes back. */
class PortsTest {
    private static final int MANY = 150;

    @Test
    void no_port_is_given_twice_neither_in_one_jvm_nor_in_two_at_a_time() {
        try (ChildJvm one = CrashRunner.of(Asker.class).start();
                ChildJvm two = CrashRunner.of(Asker.class).start()) {
            List<Integer> all = new ArrayList<>(given(one));
            all.addAll(given(two));
            Stream.generate(Ports::free).limit(MANY).forEach(all::add);

            assertThat(all).hasSize(3 * MANY).doesNotHaveDuplicates().allMatch(port -> port >= 10_240 && port < 32_000);
        }
    }

    private static List<Integer> given(ChildJvm asker) {
        asker.awaitOutput("that is all", Duration.ofSeconds(60));
        return asker.output()
                .lines()
                .filter(line -> line.matches("\\d+"))
                .map(Integer::valueOf)
                .toList();
    }

    /** The child: asks for ports that it never uses, and stays. */
    static final class Asker {
        public static void main(String[] none) throws InterruptedException {
            Stream.generate(Ports::free).limit(MANY).forEach(System.out::println);
            System.out.println("that is all");
            new CountDownLatch(1).await();
        }
    }
}
