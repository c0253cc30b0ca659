package io.tallystick.bench;

import io.tallystick.bench.cdc.CdcBench;
import io.tallystick.bench.contender.Entrant;
import io.tallystick.bench.contender.Entrants;
import io.tallystick.bench.contender.LocalSteps;
import io.tallystick.bench.contender.NoopSteps;
import io.tallystick.bench.contender.RefusedSteps;
import io.tallystick.bench.contender.Workload;
import io.tallystick.bench.xa.XaBench;
import io.tallystick.testkit.db.Engine;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tally bench}: sagas of Tallystick and its peers side by side on this machine. */
@Command(
        name = "tally bench",
        mixinStandardHelpOptions = true,
        subcommands = {XaBench.class, CdcBench.class},
        description =
                "Measures sagas side by side with the peers; tally bench xa measures two-phase commit, tally bench cdc replication.")
public final class SagaBench implements Callable<Integer> {
    private static final List<Trial> TRIALS = List.of(
            new IdleTrial(),
            new TakeoverTrial(),
            new MillionTrial(),
            new RetentionTrial(Engine.POSTGRESQL),
            new RetentionTrial(Engine.MARIADB));
    private static final List<Workload> WORKLOADS = List.of(new NoopSteps(), new LocalSteps(), new RefusedSteps());

    @Option(
            names = "--quick",
            description = "3 s and one round a cell instead of 10 s and three rounds: a look, not a figure to quote.")
    private boolean quick;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME",
            description = "Compare with these only (default: all).")
    private Set<String> peers = new LinkedHashSet<>();

    @Option(
            names = "--clients",
            split = ",",
            defaultValue = "1,16,64",
            description = "Numbers of clients (default: ${DEFAULT-VALUE}).")
    private List<Integer> clients = List.of();

    @Option(
            names = "--workloads",
            split = ",",
            defaultValue = "noop,local,refused",
            description = "Of ${DEFAULT-VALUE}.")
    private Set<String> workloads = Set.of();

    @Option(
            names = "--trials",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Of idle, takeover, million, retention, retention-mariadb, or none (default: all, none with --quick).")
    private @Nullable Set<String> trials;

    @Option(names = "--rounds", description = "Rounds; the table shows medians over them.")
    private @Nullable Integer rounds;

    @Option(names = "--seconds", description = "Measured time of a cell.")
    private @Nullable Integer seconds;

    @Option(names = "--json", description = "Prints one JSON object a measurement instead of tables.")
    private boolean json;

    @Option(
            names = "--merge",
            split = ",",
            paramLabel = "FILE",
            description = "Measures nothing: one table of the rounds in these files.")
    private List<Path> merge = List.of();

    @Option(names = "--csv", description = "Also writes the raw rows to this file.")
    private @Nullable Path csv;

    public static void main(String[] args) {
        System.exit(new CommandLine(new SagaBench()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        report(merge.isEmpty() ? measure() : SampleCsv.read(merge, WORKLOADS));
        if (merge.isEmpty()) {
            tryOut();
        }
        return 0;
    }

    private List<Sample> measure() throws Exception {
        List<Cell> cells = cells();
        int wantedRounds = rounds != null ? rounds : quick ? 1 : 3;
        Duration measured = Duration.ofSeconds(seconds != null ? seconds : quick ? 3 : 10);
        Duration warmUp = measured.dividedBy(2);
        PrintStream progress = System.err;
        progress.printf(
                "%s%n%d cells, %d rounds of %d s%n",
                Machine.describe(), cells.size(), wantedRounds, measured.toSeconds());
        List<Sample> samples = new ArrayList<>();
        for (int round = 1; round <= wantedRounds; round++) {
            for (Cell cell : cells) {
                Sample sample = cell.measure(round, warmUp, measured);
                samples.add(sample);
                progress.printf("round %d  %-28s %8.0f sagas/s%n", round, cell, sample.perSecond());
            }
        }
        return samples;
    }

    private void tryOut() throws Exception {
        List<Trial> chosen = TRIALS.stream()
                .filter(trial -> trials == null ? !quick : trials.contains(trial.name()))
                .toList();
        if (!chosen.isEmpty()) {
            System.out.println("| trial | demanded | found | |\n|---|---|---|---|");
        }
        for (Trial trial : chosen) {
            trial.run().forEach(finding -> System.out.println(finding.markdown()));
        }
    }

    private List<Cell> cells() {
        List<Entrant> entrants = Entrants.chosen(peers);
        return WORKLOADS.stream()
                .filter(workload -> workloads.contains(workload.name()))
                .flatMap(workload -> clients.stream()
                        .flatMap(count -> entrants.stream()
                                .filter(entrant -> Entrants.takesPart(entrant, workload))
                                .map(entrant -> new Cell(entrant, workload, count))))
                .toList();
    }

    private void report(List<Sample> samples) throws Exception {
        if (csv != null) {
            SampleCsv.write(csv, Machine.describe(), samples);
        }
        if (json) {
            samples.forEach(sample -> System.out.println(SampleCsv.json(sample)));
            return;
        }
        Table table = new Table(samples);
        System.out.println(table.markdown());
        System.out.println(Bars.judge(table));
    }
}
