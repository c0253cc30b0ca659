package io.tallystick.bench.xa.campaign;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * One fault of the plan.
 *
 * @param chance chooses the target among those of its kind, and what else is to be chosen
 * @param after pause before it
 * @param lasts until it is healed
 */
record Fault(int number, FaultKind kind, long chance, Duration after, Duration lasts) {
    private static final int LONGEST_PAUSE = 1_500;
    private static final int SHORTEST_FREEZE = 7_000;

    /** So many of all these kinds, as evenly as can be, in an order, at times and for as long as the seed has it. */
    static List<Fault> plan(CampaignOptions options, List<FaultKind> kinds) {
        Random random = new Random(options.seed());
        double scale = options.pace().scale();
        List<Fault> plan = new ArrayList<>();
        Deque<FaultKind> next = new ArrayDeque<>();
        for (int number = 1; number <= options.faults(); number++) {
            if (next.isEmpty()) {
                List<FaultKind> shuffled = new ArrayList<>(kinds);
                Collections.shuffle(shuffled, random);
                next.addAll(shuffled);
            }
            FaultKind kind = next.pop();
            Duration after = millis(100 + random.nextInt(LONGEST_PAUSE), scale);
            plan.add(new Fault(number, kind, random.nextLong(), after, millis(lasts(kind, random), scale)));
        }
        return plan;
    }

    /** One in four stays longer than the leases, the time-outs and the patience of whoever waits. */
    private static int lasts(FaultKind kind, RandomGenerator random) {
        if (kind.isFreeze()) {
            return SHORTEST_FREEZE + random.nextInt(3_000);
        }
        boolean isLong = random.nextInt(4) == 0;
        return isLong ? 3_000 + random.nextInt(5_000) : 100 + random.nextInt(1_900);
    }

    private static Duration millis(int full, double scale) {
        return Duration.ofMillis((long) (full * scale));
    }

    @Override
    public String toString() {
        return "fault " + number + ": " + kind + " for " + lasts.toMillis() + " ms";
    }
}
