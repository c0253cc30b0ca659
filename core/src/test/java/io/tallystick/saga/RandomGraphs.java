package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random sagas of one to six steps: chains, branches, pivots, every kind and every remedy. */
final class RandomGraphs {

    private RandomGraphs() {}

    static SagaGraph next(RandomGenerator random) {
        while (true) {
            try {
                return attempt(random);
            } catch (RejectedException refused) {
                // A pivot beside what can turn back: draw again.
            }
        }
    }

    private static SagaGraph attempt(RandomGenerator random) {
        int size = 1 + random.nextInt(6);
        int pivot = random.nextInt(size * 2);
        List<Steps> steps = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Steps step = kind(random, "s" + i);
            if (i > 0) {
                step.after(predecessors(random, i));
            }
            if (random.nextInt(3) > 0) {
                step.compensated();
            }
            if (i == pivot) {
                step.pivot();
            } else if (i > pivot) {
                step.forwardOnly();
            } else {
                remedies(random, step);
            }
            steps.add(step);
        }
        return Steps.graph(SagaScript.LIMIT, steps.toArray(Steps[]::new));
    }

    private static void remedies(RandomGenerator random, Steps step) {
        if (random.nextInt(4) == 0) {
            step.onRefusal(Remedy.PARK);
        }
        if (random.nextInt(4) == 0) {
            step.onGiveUp(random.nextBoolean() ? Remedy.PARK : Remedy.COMPENSATE);
        }
    }

    private static Steps kind(RandomGenerator random, String name) {
        return switch (random.nextInt(6)) {
            case 0 -> Steps.local(name);
            case 1 -> Steps.command(name);
            case 2 -> Steps.http(name);
            case 3 -> Steps.child(name);
            case 4 -> Steps.delay(name);
            default -> Steps.call(name);
        };
    }

    private static String[] predecessors(RandomGenerator random, int position) {
        List<String> names = new ArrayList<>();
        int count = 1 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            String name = "s" + random.nextInt(position);
            if (!names.contains(name)) {
                names.add(name);
            }
        }
        return names.toArray(String[]::new);
    }
}
