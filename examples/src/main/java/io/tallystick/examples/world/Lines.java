package io.tallystick.examples.world;

import io.tallystick.testkit.net.FaultProxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The lines from one service to its databases and peers, each with a proxy on it that can lose answers. Thread-safe. */
public final class Lines implements AutoCloseable {

    /** Asks PostgreSQL or MariaDB for a vote; also found where PostgreSQL is told to commit what it has prepared. */
    private static final String PREPARE = "PREPARE";
    /** Stores a decision. */
    public static final String DECIDE = "INSERT INTO tally_decision";
    /** Asks another service to do its part and to prepare it. */
    private static final String PART = "POST /parts/";

    private final Map<String, Line> lines = new LinkedHashMap<>();
    private int losses;

    private record Line(FaultProxy proxy, List<String> questions) {}

    /** Adds a line to a database; returns the port to connect to. */
    synchronized int addDatabase(String name, FaultProxy.Target target) {
        return add(name, target, List.of(PREPARE, DECIDE));
    }

    /** Adds a line to a peer; returns the port to connect to. */
    synchronized int addPeer(String name, FaultProxy.Target target) {
        return add(name, target, List.of(PART));
    }

    private int add(String name, FaultProxy.Target target, List<String> questions) {
        Line line = new Line(FaultProxy.to(target), questions);
        lines.put(name, line);
        return line.proxy().port();
    }

    /** @throws IllegalArgumentException if there is no such line, naming those there are */
    public synchronized FaultProxy to(String name) {
        Line line = lines.get(name);
        if (line == null) {
            throw new IllegalArgumentException("there is no line to '" + name + "', only to " + lines.keySet());
        }
        return line.proxy();
    }

    /** On each line the answer to the next question that matters is lost; another kind of question each time. */
    public synchronized void loseAnswers() {
        lines.values()
                .forEach(line -> line.proxy()
                        .dropReplyTo(
                                line.questions().get(losses % line.questions().size())));
        losses++;
    }

    /** How many answers {@link #loseAnswers} has lost. */
    public synchronized long lostAnswers() {
        return losses == 0
                ? 0
                : lines.values().stream()
                        .mapToLong(line -> line.proxy().droppedReplies())
                        .sum();
    }

    /** Nothing goes wrong on any of them any more. */
    public synchronized void heal() {
        lines.values().forEach(line -> line.proxy().heal());
    }

    @Override
    public synchronized void close() {
        lines.values().forEach(line -> line.proxy().close());
    }
}
