package io.tallystick.saga;

import java.time.Duration;

/**
 * How an engine behaves.
 *
 * @param name how people recognise it; appears in logs and lists, and in the name of its reply channel: engines that share
 *     a channel but not a database need different names, or each would take the other's replies
 * @param lease how long the other engines wait for a silent one before they take its sagas over; shorter moves on sooner,
 *     longer forgives longer pauses of the JVM
 * @param heartbeat how often requests of people are looked for; the lease is renewed three times as often as it must be
 * @param limits how much at once
 * @param startTimeout how long a start waits for the database
 * @param retention how long sagas are kept after their end; engines on one database should be told the same
 */
public record EngineSettings(
        String name, Duration lease, Duration heartbeat, Limits limits, Duration startTimeout, Retention retention) {

    /**
     * A quarter of a year: longer than anybody repeats a request under its old key, and long enough to answer for the last
     * quarter. Where the law wants more, say more; where there are a hundred sagas a second, that is nearly 800 million of them, so say less.
     */
    private static final Duration QUARTER = Duration.ofDays(90);

    /**
     * How much at once.
     *
     * @param threads steps that run at the same time where there are no virtual threads
     * @param inMemory unfinished sagas that this engine holds; at that many it refuses new ones, but neither sub-sagas nor what it takes over
     * @param batch most changes written in one transaction
     */
    public record Limits(int threads, int inMemory, int batch) {
        public Limits {
            check(threads >= 1 && threads <= 10_000, "threads", threads, "1 to 10000");
            check(inMemory >= 1, "inMemory", inMemory, "at least 1");
            check(batch >= 1 && batch <= 10_000, "batch", batch, "1 to 10000");
        }
    }

    public EngineSettings {
        check(!name.isBlank() && name.length() <= 100, "name", name, "1 to 100 characters");
        check(lease.toMillis() >= 1_000, "lease", lease, "at least 1 s: a shorter one is lost to a pause of the JVM");
        check(
                heartbeat.toMillis() >= 10 && heartbeat.compareTo(lease.dividedBy(3)) <= 0,
                "heartbeat",
                heartbeat,
                "10 ms to a third of the lease");
        check(!startTimeout.isNegative() && !startTimeout.isZero(), "startTimeout", startTimeout, "more than zero");
    }

    /** Lease of ten seconds, a look for requests four times a second, sagas kept for ninety days after their end. */
    public static EngineSettings named(String name) {
        return new EngineSettings(
                name,
                Duration.ofSeconds(10),
                Duration.ofMillis(250),
                new Limits(64, 200_000, 1_024),
                Duration.ofSeconds(10),
                Retention.of(QUARTER));
    }

    public EngineSettings lease(Duration length) {
        Duration beat = heartbeat.compareTo(length.dividedBy(3)) <= 0 ? heartbeat : length.dividedBy(3);
        return new EngineSettings(name, length, beat, limits, startTimeout, retention);
    }

    public EngineSettings heartbeat(Duration every) {
        return new EngineSettings(name, lease, every, limits, startTimeout, retention);
    }

    public EngineSettings threads(int most) {
        return limits(new Limits(most, limits.inMemory(), limits.batch()));
    }

    public EngineSettings inMemory(int most) {
        return limits(new Limits(limits.threads(), most, limits.batch()));
    }

    private EngineSettings limits(Limits chosen) {
        return new EngineSettings(name, lease, heartbeat, chosen, startTimeout, retention);
    }

    public EngineSettings startTimeout(Duration longest) {
        return new EngineSettings(name, lease, heartbeat, limits, longest, retention);
    }

    /** Keeps sagas so long after their end, see {@link Retention}; {@link Retention#FOREVER} forgets none. */
    public EngineSettings retention(Duration keepFinished) {
        return retention(Retention.of(keepFinished));
    }

    /** Keeps sagas after their end as it says, for example each type for a time of its own. */
    public EngineSettings retention(Retention chosen) {
        return new EngineSettings(name, lease, heartbeat, limits, startTimeout, chosen);
    }

    /** Steps that run at the same time where there are no virtual threads. */
    public int threads() {
        return limits.threads();
    }

    /** Unfinished sagas that this engine holds; at that many it refuses new ones. */
    public int inMemory() {
        return limits.inMemory();
    }

    /** Most changes written in one transaction. */
    public int batch() {
        return limits.batch();
    }

    /** Engines of one database differ by number, those of different databases on one broker by name. */
    String replyChannel(int engine) {
        String word = name.replaceAll("[^A-Za-z0-9._-]", "-");
        return "tally.replies." + word.substring(0, Math.min(60, word.length())) + "." + engine;
    }

    private static void check(boolean good, String setting, Object found, String expected) {
        if (!good) {
            throw new IllegalArgumentException("engine setting " + setting + " = " + found + ", expected " + expected);
        }
    }
}
