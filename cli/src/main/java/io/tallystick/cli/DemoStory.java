package io.tallystick.cli;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoListener;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.Fault;
import io.tallystick.examples.FlowCounters;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** Tells a demo line by line: the scenes of a story, or how load goes, every few seconds. With --json on standard error. */
final class DemoStory implements DemoListener {

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Output output;
    private final DemoOptions options;
    private final long begin = System.nanoTime();
    private long counted = begin;
    private volatile boolean stopped;

    DemoStory(Output output, DemoOptions options) {
        this.output = output;
        this.options = options;
    }

    void stop() {
        stopped = true;
    }

    @Override
    public boolean enough() {
        return stopped;
    }

    @Override
    public void begun(String title) {
        if (output.json()) {
            output.aside(title);
        } else if (options.once()) {
            output.heading(title);
        } else {
            line(title);
        }
    }

    @Override
    public void said(String sentence) {
        if (options.once() && !output.json()) {
            output.wrapped("", sentence);
        } else {
            line(sentence);
        }
    }

    @Override
    public void injected(Fault fault, String where) {
        line("fault: " + fault.sentence() + " (" + where + ")");
    }

    @Override
    public void counted(DemoCounters counters) {
        long now = System.nanoTime();
        if (now - counted >= EVERY.toNanos()) {
            counted = now;
            FlowCounters all = counters.total();
            line(all.started() + " started, " + all.completed() + " completed, " + all.undone() + " undone, "
                    + (all.unfinished() - all.parked()) + " under way, " + all.parked() + " parked, "
                    + counters.faults().values().stream()
                            .mapToLong(Long::longValue)
                            .sum() + " faults so far");
        }
    }

    @Override
    public void opened(Map<String, URI> services) {
        line(Words.up(services.size()));
    }

    @Override
    public void checked(Check check) {
        if (options.once() && !output.json()) {
            output.sentence(
                    check.ok() ? new Cell("  ● ", Tone.GOOD) : new Cell("  ✕ ", Tone.BAD),
                    "",
                    check.name()
                            + (check.ok()
                                    ? "  " + check.found()
                                    : "  expected " + check.expected() + ", found " + check.found()));
        }
    }

    private void line(String text) {
        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        String line = String.format("%02d:%02d  %s", seconds / 60, seconds % 60, text);
        if (output.json()) {
            output.aside(line);
        } else {
            output.line(new Cell(line, Tone.QUIET));
        }
    }
}
