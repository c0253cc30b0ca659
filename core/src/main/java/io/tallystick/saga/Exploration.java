package io.tallystick.saga;

import java.util.Comparator;
import java.util.List;

/**
 * What the explorer found.
 *
 * @param saga the saga's type
 * @param endings where it can come to rest, the most common first
 * @param violations what must never be, each with a shortest path
 * @param situations how many different situations were looked at
 * @param complete whether all of them were; false if the limit was reached
 */
public record Exploration(
        String saga, List<Ending> endings, List<Violation> violations, int situations, boolean complete) {

    public Exploration {
        endings = endings.stream()
                .sorted(Comparator.comparing(Ending::person)
                        .thenComparing(Ending::status)
                        .thenComparing(Ending::paths, Comparator.reverseOrder()))
                .toList();
        violations = List.copyOf(violations);
    }

    /**
     * One way to come to rest.
     *
     * @param person whether somebody had to act
     * @param steps where each step stands then, in words
     * @param paths how many different paths lead there; {@link Long#MAX_VALUE} stands for more
     * @param example a shortest path
     */
    public record Ending(SagaStatus status, boolean person, String steps, long paths, List<String> example) {
        Ending plus(Ending other) {
            List<String> shorter = example.size() <= other.example.size() ? example : other.example;
            return new Ending(status, person, steps, Walk.plus(paths, other.paths), shorter);
        }
    }

    /** Something that must never be, and a shortest way there. */
    public record Violation(String what, List<String> path) {}

    /** This exploration. @throws SagaExplorer.Counterexample if something is violated, or not everything was looked at */
    public Exploration verify() {
        if (!violations.isEmpty()) {
            Violation first = violations.stream()
                    .min(Comparator.comparing(violation -> violation.path().size()))
                    .orElseThrow();
            throw new SagaExplorer.Counterexample(
                    "saga '" + saga + "': " + first.what() + "\nafter\n  1. the saga starts"
                            + ExplorationText.numbered(first.path(), 2)
                            + "\n" + violations.size() + " violations in all; see Exploration.toText()");
        }
        if (!complete) {
            throw new SagaExplorer.Counterexample("saga '" + saga + "': nothing was violated in " + situations
                    + " situations, but there are more. Allow them with .situations(n) or ask for fewer faults with"
                    + " .faults(1)");
        }
        return this;
    }

    /** A table for the terminal. */
    public String toText() {
        return ExplorationText.text(this);
    }

    /** A page of its own. */
    public String toHtml() {
        return ExplorationText.html(this);
    }

    public String toJson() {
        return DesignJson.write(this);
    }
}
