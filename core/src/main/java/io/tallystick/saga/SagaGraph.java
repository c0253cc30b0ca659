package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A saga as an immutable directed graph of steps, in an order in which every step stands behind those it needs. The
 * machine works on positions; the store only ever sees names. Thread-safe.
 */
public final class SagaGraph {

    private final String type;
    private final List<StepSpec> steps;
    private final @Nullable Duration deadline;
    private final Set<Notice> notices;
    private final Map<String, Integer> positions = new HashMap<>();
    private final int[][] before;
    private final int[][] behind;
    private final String hash;

    /** @throws RejectedException with every mistake at once: no steps, two of one name, an unknown predecessor, a misplaced pivot */
    public SagaGraph(String type, List<StepSpec> steps, @Nullable Duration deadline, Set<Notice> notices) {
        this.type = type;
        this.steps = List.copyOf(steps);
        this.deadline = deadline;
        this.notices = Set.copyOf(notices);
        List<String> mistakes = new ArrayList<>();
        indexNames(mistakes);
        this.before = new int[steps.size()][];
        this.behind = new int[steps.size()][];
        if (mistakes.isEmpty()) {
            indexEdges(mistakes);
        }
        if (mistakes.isEmpty()) {
            checkPivot(mistakes);
        }
        if (!mistakes.isEmpty()) {
            throw new RejectedException(
                    "saga '" + type + "' cannot be defined like this:\n  - " + String.join("\n  - ", mistakes));
        }
        this.hash = hashOf(GraphText.hashed(this));
    }

    public String type() {
        return type;
    }

    /** In an order in which every step stands behind those it needs. */
    public List<StepSpec> steps() {
        return steps;
    }

    /** Command channels that steps send to, each once. */
    List<String> participants() {
        return steps.stream()
                .filter(step -> step.kind() == StepKind.COMMAND)
                .map(step -> step.traits().target())
                .distinct()
                .toList();
    }

    /** How long a saga of this type may take before it is cancelled, or null for no limit. */
    public @Nullable Duration deadline() {
        return deadline;
    }

    /** What somebody registered to hear about; not part of the hash. */
    Set<Notice> notices() {
        return notices;
    }

    /** The first 16 hexadecimal digits of SHA-256 over all that decides how a stored saga goes on. */
    public String hash() {
        return hash;
    }

    /** The step of that name. @throws RejectedException naming the steps there are */
    public StepSpec step(String name) {
        return steps.get(position(name));
    }

    public boolean contains(String name) {
        return positions.containsKey(name);
    }

    int size() {
        return steps.size();
    }

    int position(String name) {
        Integer position = positions.get(name);
        if (position == null) {
            throw new RejectedException("saga '" + type + "' has no step '" + name + "', it has "
                    + steps.stream().map(StepSpec::name).toList());
        }
        return position;
    }

    /** Positions of the steps that must be passed before the given one. */
    int[] before(int position) {
        return before[position];
    }

    /** Positions of the steps that wait for the given one. */
    int[] behind(int position) {
        return behind[position];
    }

    /** Whether one of the two can only run after the other. */
    public boolean ordered(String a, String b) {
        return reaches(position(a), position(b)) || reaches(position(b), position(a));
    }

    private boolean reaches(int from, int to) {
        for (int next : behind[from]) {
            if (next == to || reaches(next, to)) {
                return true;
            }
        }
        return false;
    }

    private void indexNames(List<String> mistakes) {
        if (steps.isEmpty()) {
            mistakes.add("it has no steps: add at least one with .step(\"name\")");
        }
        for (int i = 0; i < steps.size(); i++) {
            String name = steps.get(i).name();
            if (name.isBlank() || name.length() > 100 || name.indexOf(':') >= 0 || name.indexOf('/') >= 0) {
                mistakes.add("'" + name + "' is not a step name: expected 1 to 100 characters without ':' and '/'");
            }
            Integer earlier = positions.putIfAbsent(name, i);
            if (earlier != null) {
                mistakes.add("two steps are named '" + name + "' (numbers " + (earlier + 1) + " and " + (i + 1)
                        + "): names are the key of the stored state, rename one");
            }
        }
    }

    private void indexEdges(List<String> mistakes) {
        List<List<Integer>> followers = new ArrayList<>();
        steps.forEach(step -> followers.add(new ArrayList<>()));
        for (int i = 0; i < steps.size(); i++) {
            Set<String> names = new LinkedHashSet<>(steps.get(i).after());
            List<Integer> needed = new ArrayList<>();
            for (String name : names) {
                Integer position = positions.get(name);
                if (position == null || position >= i) {
                    mistakes.add("step '" + steps.get(i).name() + "' waits for '" + name
                            + "', which is not an earlier step");
                } else {
                    needed.add(position);
                    followers.get(position).add(i);
                }
            }
            before[i] = needed.stream().mapToInt(Integer::intValue).toArray();
        }
        for (int i = 0; i < steps.size(); i++) {
            behind[i] = followers.get(i).stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** A step that can still send the saga back must not run beside one that cannot go back. */
    private void checkPivot(List<String> mistakes) {
        for (StepSpec fixed : steps) {
            for (StepSpec other : steps) {
                if (!fixed.compensable()
                        && canTurnBack(other)
                        && !fixed.name().equals(other.name())
                        && other.conduct().recovery() != Recovery.FORWARD_ONLY
                        && !ordered(fixed.name(), other.name())) {
                    mistakes.add("'" + fixed.name() + "' cannot be taken back but runs beside '" + other.name()
                            + "', which can still turn the saga back: put it behind the parallel branches");
                }
            }
        }
    }

    private static boolean canTurnBack(StepSpec step) {
        return step.conduct().onRefusal() == Remedy.COMPENSATE || step.conduct().onGiveUp() == Remedy.COMPENSATE;
    }

    /**
     * The definition in words that do not change between builds, as it is stored. The hash is made of what stands above the
     * line that says so; below it stands what changes nothing for a saga in flight.
     */
    public String canonical() {
        return GraphText.write(this);
    }

    /**
     * The graph that {@link #canonical()} was written from, with the same hash.
     *
     * @throws RejectedException if the text is not a definition, naming the line
     */
    public static SagaGraph parse(String canonical) {
        return GraphText.parse(canonical);
    }

    private static String hashOf(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return type + "@" + hash;
    }
}
