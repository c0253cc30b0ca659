package io.tallystick.saga;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Breadth first through all situations, so that the first path to each is a shortest one. For one use on one thread. */
final class Walk {

    private record Visit(Situation at, @Nullable Visit from, String words, List<Integer> behind, int number) {}

    private final Surprises surprises;
    private final Verdicts verdicts;
    private final int limit;
    private final Map<String, Integer> known = new HashMap<>();
    private final List<Visit> visits = new ArrayList<>();
    private final Map<String, Exploration.Violation> violations = new LinkedHashMap<>();

    Walk(Surprises surprises, Verdicts verdicts, int limit) {
        this.surprises = surprises;
        this.verdicts = verdicts;
        this.limit = limit;
    }

    Exploration from(Situation start) {
        visit(start, null, "the saga starts");
        int next = 0;
        while (next < visits.size() && visits.size() < limit) {
            expand(visits.get(next));
            next++;
        }
        return new Exploration(
                start.saga().graph().type(),
                endings(),
                List.copyOf(violations.values()),
                visits.size(),
                next == visits.size());
    }

    private void expand(Visit visit) {
        List<String> broken = verdicts.broken(visit.at);
        if (!broken.isEmpty()) {
            broken.forEach(
                    words -> violations.computeIfAbsent(words, what -> new Exploration.Violation(what, path(visit))));
            return;
        }
        for (Surprises.Next next : surprises.of(visit.at)) {
            int number = visit(next.to(), visit, next.words());
            if (number != visit.number) {
                visit.behind.add(number);
            }
        }
    }

    private int visit(Situation at, @Nullable Visit from, String words) {
        Integer number = known.putIfAbsent(at.key(), visits.size());
        if (number != null) {
            return number;
        }
        visits.add(new Visit(at, from, words, new ArrayList<>(), visits.size()));
        return visits.size() - 1;
    }

    private List<Exploration.Ending> endings() {
        long[] paths = paths();
        Map<String, Exploration.Ending> endings = new LinkedHashMap<>();
        for (Visit visit : visits) {
            if (rests(visit.at) && (visit.from == null || !rests(visit.from.at))) {
                Exploration.Ending ending = new Exploration.Ending(
                        visit.at.saga().status(),
                        visit.at.budget().person(),
                        steps(visit.at),
                        paths[visit.number],
                        path(visit));
                endings.merge(ending.status() + ending.steps() + ending.person(), ending, Exploration.Ending::plus);
            }
        }
        return List.copyOf(endings.values());
    }

    private static boolean rests(Situation at) {
        return at.saga().status().ended() || at.saga().status() == SagaStatus.PARKED;
    }

    /** How many different paths lead to each situation: sums in topological order; situations form no circle. */
    private long[] paths() {
        int[] open = new int[visits.size()];
        visits.forEach(visit -> visit.behind.forEach(behind -> open[behind]++));
        long[] paths = new long[visits.size()];
        paths[0] = 1;
        Deque<Integer> ready = new ArrayDeque<>(List.of(0));
        while (!ready.isEmpty()) {
            int number = ready.remove();
            for (int behind : visits.get(number).behind) {
                paths[behind] = plus(paths[behind], paths[number]);
                if (--open[behind] == 0) {
                    ready.add(behind);
                }
            }
        }
        return paths;
    }

    static long plus(long a, long b) {
        return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    private static String steps(Situation at) {
        List<String> words = new ArrayList<>();
        for (StepState step : at.saga().steps()) {
            String status =
                    step.status().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
            words.add(step.token().step() + " " + status);
        }
        return String.join(", ", words);
    }

    private static List<String> path(Visit visit) {
        List<String> path = new ArrayList<>();
        for (Visit at = visit; at != null && at.from != null; at = at.from) {
            path.add(at.words);
        }
        Collections.reverse(path);
        return Arrays.asList(path.toArray(String[]::new));
    }
}
