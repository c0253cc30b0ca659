package io.tallystick.xa.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.xa.Gtrid;
import io.tallystick.xa.decision.LazyEnds.Ended;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Would show a store that deletes a row or two at a time without end, because some always come while it writes. */
class LazyEndsTest {

    @Test
    void whatComesWhileABatchIsWrittenWaitsForTheNextFullOne() throws Exception {
        List<Integer> written = new ArrayList<>();
        CountDownLatch first = new CountDownLatch(1);
        AtomicReference<@Nullable LazyEnds> itself = new AtomicReference<>();
        LazyEnds ends = new LazyEnds("test", batch -> {
            written.add(batch.size());
            LazyEnds busy = itself.get();
            if (busy != null && written.size() <= 50) {
                busy.add(ended(1_000 + written.size(), 1));
            }
            first.countDown();
        });
        itself.set(ends);

        ends.add(ended(0, 250));
        first.await();
        ends.close();

        assertThat(written).startsWith(250).hasSizeLessThan(10);
    }

    private static List<Ended> ended(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(number -> new Ended(new Gtrid(1, 2, 3, 4, number, Instant.EPOCH), true))
                .toList();
    }
}
