package io.tallystick.cli;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.FlowCounters;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A demo as one small screen that is drawn again twice a second. It stays in the normal buffer, so it is still there when the
 * checks follow. Thread-safe: the demo's threads report, a thread of its own draws.
 */
final class DemoScreen implements DemoListener, AutoCloseable {

    private static final int LATEST = 6;
    private static final Duration REDRAW = Duration.ofMillis(500);

    private final Output output;
    private final DemoOptions options;
    private final long begin = System.nanoTime();
    private final Deque<String> latest = new ArrayDeque<>();
    private final ScheduledExecutorService drawing = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "demo-screen");
        thread.setDaemon(true);
        return thread;
    });
    private DemoCounters counters = new DemoCounters(Map.of(), Map.of());
    private String title = "Starting";
    private int drawn;
    private boolean stopped;

    DemoScreen(Output output, DemoOptions options) {
        this.output = output;
        this.options = options;
        var unused = drawing.scheduleAtFixedRate(this::draw, 0, REDRAW.toMillis(), TimeUnit.MILLISECONDS);
    }

    synchronized void stop() {
        if (!stopped) {
            stopped = true;
            event("Stopping: nothing more is started, everything that was started has to end");
        }
    }

    @Override
    public synchronized boolean enough() {
        return stopped;
    }

    @Override
    public synchronized void begun(String next) {
        title = next;
    }

    @Override
    public synchronized void said(String sentence) {
        event(sentence);
    }

    @Override
    public synchronized void injected(Fault fault, String where) {
        event("✕ " + fault.sentence() + " (" + where + ")");
    }

    @Override
    public synchronized void counted(DemoCounters now) {
        counters = now;
    }

    @Override
    public synchronized void opened(Map<String, URI> services) {
        event(Words.up(services.size()));
    }

    @Override
    public synchronized void checked(Check check) {
        event((check.ok() ? "● " : "✕ ") + check.name());
    }

    private void event(String text) {
        latest.addLast(Words.clock(Instant.now()).substring(0, 8) + "  " + text);
        while (latest.size() > LATEST) {
            latest.removeFirst();
        }
    }

    /** The last picture stays on the terminal. */
    @Override
    public void close() {
        drawing.shutdownNow();
        draw();
    }

    private synchronized void draw() {
        Terminal terminal = output.terminal();
        List<String> lines = lines(terminal);
        StringBuilder picture = new StringBuilder();
        if (drawn > 0) {
            picture.append("\u001b[").append(drawn).append("A");
        }
        lines.forEach(line -> picture.append('\r').append(line).append("\u001b[K\n"));
        picture.append("\u001b[J");
        drawn = lines.size();
        output.raw(picture.toString());
    }

    List<String> lines(Terminal terminal) {
        List<String> lines = new ArrayList<>();
        Duration time = Duration.ofNanos(System.nanoTime() - begin);
        String flows = options.flows().size() == Flow.values().length
                ? "all flows"
                : options.flows().stream().sorted().map(Flow::word).collect(Collectors.joining(", "));
        lines.add(Tone.STRONG.paint("tally demo", terminal)
                + Tone.QUIET.paint(
                        String.format(
                                "  %s   seed %d   %s/s   %02d:%02d",
                                flows, options.seed(), plain(options.rate()), time.toMinutes(), time.toSecondsPart()),
                        terminal));
        lines.add(TextWidth.cut(title, terminal.width()));
        lines.add("");
        lines.addAll(flows().lines(terminal));
        lines.add("");
        if (!counters.faults().isEmpty()) {
            lines.addAll(faults().lines(terminal));
            lines.add("");
        }
        latest.forEach(event -> lines.add(TextWidth.cut(TextWidth.printable(event), terminal.width())));
        lines.add("");
        lines.add(Tone.QUIET.paint(
                TextWidth.cut(
                        stopped
                                ? "Comparing the books follows. Ctrl-C once more gives up without it."
                                : "Ctrl-C stops, lets everything end, and compares the books.",
                        terminal.width()),
                terminal));
        return lines;
    }

    private Table flows() {
        Table table = new Table(
                Table.Column.fixed("flow"),
                Table.Column.number("started"),
                Table.Column.number("● completed"),
                Table.Column.number("✕ undone"),
                Table.Column.number("◔ under way"),
                Table.Column.number("✋parked"),
                Table.Column.number("helped"));
        counters.flows().forEach((flow, now) -> row(table, flow.word(), now));
        return counters.flows().size() == 1 ? table : row(table, "all", counters.total());
    }

    private static Table row(Table table, String name, FlowCounters now) {
        return table.row(
                name,
                now.started(),
                now.completed(),
                now.undone(),
                now.unfinished() - now.parked(),
                now.parked(),
                now.interventions());
    }

    private Table faults() {
        Table table = new Table(Table.Column.number("times"), Table.Column.text("fault"));
        counters.faults().forEach((fault, times) -> table.row(times, fault.sentence()));
        return table;
    }

    private static String plain(double rate) {
        return rate == Math.rint(rate) ? Long.toString((long) rate) : Double.toString(rate);
    }
}
