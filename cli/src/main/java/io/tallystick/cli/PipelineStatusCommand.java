package io.tallystick.cli;

import io.tallystick.cdc.KeptLog;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineDesk.Running;
import io.tallystick.cdc.replicator.PipelineDesk.Standing;
import io.tallystick.cdc.replicator.PipelineLive;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline status}. */
@Command(
        name = "status",
        description =
                "Tell who runs a pipeline and how far each of its targets is, from what stands in the targets themselves. Needs no"
                        + " running pipeline. Ends with 1 if changes are lost to the log, with 3 if a target does not answer, with 4 if one refuses.",
        mixinStandardHelpOptions = true)
final class PipelineStatusCommand implements Callable<Integer> {

    private static final Comparator<Running> BY_ORDERS =
            Comparator.comparingLong(running -> running.orders().number());

    @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Option(names = "--watch", description = "again every two seconds, until Ctrl-C")
    private boolean watch;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws InterruptedException {
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            int exit = show(run);
            CountDownLatch never = new CountDownLatch(1);
            while (watch && !never.await(2, TimeUnit.SECONDS)) {
                if (output.terminal().interactive()) {
                    output.raw("\033[H\033[2J");
                }
                exit = show(run);
            }
            return exit;
        }
    }

    private int show(PipelineRun run) {
        Map<String, Found> found = new LinkedHashMap<>();
        run.desks().forEach((target, desk) -> found.put(target, found(desk)));
        Optional<Running> running = found.values().stream()
                .map(Found::running)
                .flatMap(Optional::stream)
                .max(Comparator.comparing(Running::alive).thenComparing(BY_ORDERS));
        PipelineLive.Growth log = log(run, running.orElse(null));
        if (output.json()) {
            output.json(json(found, running.orElse(null), log));
        } else {
            head(run.name(), running.orElse(null), log);
            PipelineLive live = running.map(Running::live).orElse(null);
            output.table(table(found, live));
            reasons(found, live);
        }
        boolean lost = running.isPresent() && running.get().gap() != null;
        return lost
                ? Exit.FINDINGS
                : found.values().stream().mapToInt(Found::exit).max().orElse(Exit.OK);
    }

    /** What was found at a target. */
    private record Found(
            @Nullable Standing standing,
            Optional<Running> running,
            String word,
            @Nullable String silence,
            int exit) {}

    private static Found found(PipelineDesk desk) {
        try {
            return new Found(desk.standing().orElse(null), Optional.of(desk.running()), "", null, Exit.OK);
        } catch (UnavailableException e) {
            return new Found(null, Optional.empty(), "no answer", String.valueOf(e.getMessage()), Exit.UNREACHABLE);
        } catch (RejectedException e) {
            // one target that refuses is no reason to be silent about the others
            return new Found(null, Optional.empty(), "refused", Failures.inOneLine(e, true), Exit.REFUSED);
        }
    }

    /** From the runner, else from the source itself. */
    private static PipelineLive.@Nullable Growth log(PipelineRun run, @Nullable Running running) {
        PipelineLive live = running == null ? null : running.live();
        if (live != null && live.log() != null) {
            return live.log();
        }
        Order pause = running == null ? null : running.orders().paused();
        Duration behind = pause == null ? Duration.ZERO : Duration.between(pause.at(), Instant.now());
        KeptLog kept = run.kept().orElse(null);
        return kept == null
                ? null
                : new PipelineLive.Growth(kept.bytes(), kept.limitBytes(), kept.percent(behind), kept.setting());
    }

    private static Map<String, Object> json(
            Map<String, Found> found, @Nullable Running running, PipelineLive.@Nullable Growth log) {
        Map<String, Object> targets = new LinkedHashMap<>();
        found.forEach((target, one) -> targets.put(
                target,
                one.silence != null
                        ? one.word + ": " + one.silence
                        : one.standing == null ? "never reached" : standing(one.standing)));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("running", running);
        json.put("log", log);
        json.put("targets", targets);
        return json;
    }

    private static Map<String, Object> standing(Standing standing) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(
                "position",
                standing.position() == null ? null : standing.position().text());
        json.put("movedAt", standing.movedAt());
        json.put("quarantined", standing.quarantined());
        json.put("copying", standing.copying());
        json.put("paused", standing.paused());
        return json;
    }

    private void head(String name, @Nullable Running running, PipelineLive.@Nullable Growth log) {
        if (running != null) {
            PipelineLive live = running.live();
            String state = live == null
                    ? ""
                    : ", " + live.state().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
            String who = running.alive() ? running.runner() + since(running) : "nobody";
            output.line(
                    new Cell(running.alive() ? "● " : "◌ ", running.alive() ? Tone.GOOD : Tone.WARNING),
                    Cell.of(name + ": run by " + who + state));
            Order pause = running.orders().paused();
            if (pause != null) {
                output.line(
                        new Cell("◷ ", Tone.WARNING),
                        Cell.of("paused since " + Words.exact(pause.at()) + " by " + pause.who() + ": " + pause.why()));
            }
            if (running.gap() != null) {
                output.line(new Cell("✕ ", Tone.BAD), Cell.of("needs resync: " + running.gap()));
            }
        }
        PipelineLive told = running == null ? null : running.live();
        if (told != null && told.spoolBytes() > 0) {
            output.line(Cell.of("  spool of the runner: " + PipelineWords.bytes(told.spoolBytes())));
        }
        if (log != null) {
            Tone tone = log.percent() >= 80 ? Tone.BAD : log.percent() >= 50 ? Tone.WARNING : Tone.QUIET;
            output.line(
                    new Cell(tone == Tone.QUIET ? "  " : "! ", tone),
                    Cell.of("log kept at the source: " + PipelineWords.kept(log)));
        }
    }

    /** Below the table, because a table cuts what is long. */
    private void reasons(Map<String, Found> found, @Nullable PipelineLive live) {
        if (live != null && live.reason() != null) {
            output.wrapped("why   ", live.reason());
        }
        found.forEach((target, one) -> {
            PipelineLive.Target measured = live == null ? null : live.targets().get(target);
            if (one.standing != null) {
                one.standing
                        .paused()
                        .forEach(table -> output.wrapped(target + " leaves out   ", PipelineWords.paused(table)));
            }
            if (one.silence != null) {
                output.wrapped(target + "   ", one.silence);
            } else if (measured != null && measured.waiting() != null) {
                output.wrapped(target + " waits   ", measured.waiting());
            }
        });
    }

    private static String since(Running running) {
        Instant since = running.since();
        return since == null ? "" : " since " + Words.exact(since);
    }

    private static Table table(Map<String, Found> found, @Nullable PipelineLive live) {
        Table table = new Table(
                Table.Column.fixed("TARGET"),
                Table.Column.fixed("MOVED"),
                Table.Column.fixed("RATE"),
                Table.Column.fixed("BEHIND"),
                Table.Column.fixed("QUARANTINE"),
                Table.Column.text("COPYING"),
                Table.Column.text("POSITION"));
        found.forEach((target, one) -> {
            if (one.silence != null) {
                table.row(target, new Cell(one.word, Tone.BAD), "", "", "", "", "");
            } else if (one.standing == null) {
                table.row(target, new Cell("never", Tone.WARNING), "", "", "", "", "");
            } else {
                row(table, target, one.standing, live);
            }
        });
        return table;
    }

    private static void row(Table table, String target, Standing standing, @Nullable PipelineLive live) {
        PipelineLive.Target measured = live == null ? null : live.targets().get(target);
        table.row(
                target,
                Words.ago(standing.movedAt(), Instant.now()),
                measured == null ? "" : PipelineWords.rate(measured),
                live == null || measured == null ? "" : PipelineWords.behind(live, measured),
                standing.quarantined() == 0 ? "0" : new Cell("" + standing.quarantined(), Tone.WARNING),
                copying(standing, measured),
                String.valueOf(standing.position()));
    }

    private static String copying(Standing standing, PipelineLive.@Nullable Target measured) {
        List<String> all = new ArrayList<>();
        standing.copying().forEach((table, rows) -> {
            Optional<PipelineLive.Copy> copy = measured == null
                    ? Optional.empty()
                    : measured.copying().stream()
                            .filter(one -> one.table().equals(table))
                            .findFirst();
            all.add(copy.map(PipelineWords::copy).orElse(table + " " + rows + " rows"));
        });
        return all.stream().collect(Collectors.joining(", "));
    }
}
