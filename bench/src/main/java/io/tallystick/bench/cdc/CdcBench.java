package io.tallystick.bench.cdc;

import io.tallystick.bench.Machine;
import io.tallystick.bench.cdc.contender.CdcEntrant;
import io.tallystick.bench.cdc.contender.CdcPair;
import io.tallystick.bench.cdc.contender.Replications;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.LogManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tally bench cdc}: change data capture of Tallystick and its peers side by side on this machine. */
@Command(
        name = "cdc",
        mixinStandardHelpOptions = true,
        description = {
            "Measures replication side by side with the servers' own and with Debezium; every copy is compared with its"
                    + " source, row by row, before its figure counts.",
            "small, bulk, wide: drains a backlog of small transactions, of one large one, of wide rows. paced: commit to"
                    + " visible. idle: processor time. away: the source's commits while the target is away."
        })
public final class CdcBench implements Callable<Integer> {

    @Option(
            names = "--workloads",
            split = ",",
            defaultValue = "small,bulk,wide,paced,idle,away",
            description = "Of ${DEFAULT-VALUE}.")
    private Set<String> workloads = Set.of();

    @Option(
            names = "--contenders",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Measure these only (default: those of the table in docs/performance.md). All: tallystick,"
                            + " tallystick-far (its target 10 ms away, there and back), native, native-text, native-durable, debezium, and the readers debezium-read, stream, tallystick-read.")
    private Set<String> contenders = new LinkedHashSet<>();

    @Option(
            names = "--pairs",
            split = ",",
            defaultValue = "pg-pg,mariadb-pg,mariadb-mariadb",
            description = "Between which databases (default: ${DEFAULT-VALUE}). The last one only drains.")
    private List<String> pairs = List.of();

    @Option(
            names = "--rounds",
            defaultValue = "1",
            description = "Rounds; the table shows medians over them. Drains have one more before, which warms up.")
    private int rounds;

    @Option(
            names = "--rows",
            paramLabel = "CHANGES",
            description = "Of each drain (default: small 200000, bulk 500000, wide 100000; from MariaDB a quarter).")
    private @Nullable Integer rows;

    @Option(
            names = "--rate",
            defaultValue = "1000",
            paramLabel = "TX/S",
            description = "Of paced and away (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "Measured time of paced (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            paramLabel = "SECONDS",
            description = "Time under the same load before paced and away are measured (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--away",
            defaultValue = "10",
            paramLabel = "SECONDS",
            description = "How long the target stays away; the bar is 600 (default: ${DEFAULT-VALUE}).")
    private int away;

    @Option(
            names = "--merge",
            split = ",",
            paramLabel = "FILE",
            description = "Measures nothing: one table of the rounds in these files.")
    private List<Path> merge = List.of();

    @Option(names = "--csv", description = "Also writes the raw rows to this file.")
    private @Nullable Path csv;

    private final Results results = new Results(System.err, this::keep);

    /** 1 when Tallystick itself has failed anywhere. */
    @Override
    public Integer call() throws Exception {
        if (merge.isEmpty()) {
            LogManager.getLogManager().reset(); // Debezium's client of binary logs reports every connection there
            System.err.println(Machine.describe());
            for (String word : pairs) {
                try (Stage stage = Stage.open(CdcPair.named(word))) {
                    measure(stage);
                }
            }
        }
        CdcReport report = new CdcReport(merge.isEmpty() ? results.samples() : CdcCsv.read(merge));
        System.out.println(report.markdown());
        System.out.println(CdcBars.judge(report));
        results.failures().forEach(System.out::println);
        return results.hasFailed("tallystick") ? 1 : 0;
    }

    private void measure(Stage stage) throws Exception {
        drain(stage);
        if (stage.pair() == CdcPair.MARIADB_MARIADB) {
            return;
        }
        PacedTrial paced = new PacedTrial(
                stage, new PacedTrial.Pace(rate, Duration.ofSeconds(warmUp), Duration.ofSeconds(seconds)));
        AwayTrial gone = new AwayTrial(stage, rate, Duration.ofSeconds(warmUp), Duration.ofSeconds(away));
        for (int round = 1; round <= rounds; round++) {
            if (workloads.contains("paced")) {
                each("paced", stage, named(stage, "tallystick", "native", "debezium"), round, paced::measure);
            }
            if (workloads.contains("idle")) {
                each("idle", stage, named(stage, "tallystick", "debezium"), round, CalmTrial.on(stage)::measure);
            }
            if (workloads.contains("away")) {
                // Debezium's sink ends when its target goes, and waits for somebody to start it again
                each("away", stage, named(stage, "tallystick", "native"), round, gone::measure);
            }
        }
    }

    /** Those that were asked for, else these. */
    private List<CdcEntrant> named(Stage stage, String... usual) {
        return Replications.copying(stage.pair(), contenders.isEmpty() ? Set.of(usual) : contenders);
    }

    private void drain(Stage stage) throws Exception {
        List<Shape> shapes = List.of(Shape.SMALL, Shape.BULK, Shape.WIDE).stream()
                .filter(shape -> workloads.contains(shape.name()))
                .toList();
        DrainTrial trial = new DrainTrial(stage, Replications.draining(stage.pair(), contenders), results);
        for (int round = 0; round <= rounds; round++) {
            // round 0 warms up, and what is compiled in it serves all shapes
            for (Shape shape : round == 0 ? shapes.subList(0, Math.min(1, shapes.size())) : shapes) {
                trial.run(shape, changes(stage, shape) / (round == 0 ? 2 : 1), round);
            }
        }
    }

    private int changes(Stage stage, Shape shape) {
        return rows != null ? rows : stage.pair() == CdcPair.PG_PG ? shape.changes() : shape.changes() / 4;
    }

    private void each(String workload, Stage stage, List<CdcEntrant> entrants, int round, Measurement measurement) {
        for (CdcEntrant entrant : entrants) {
            results.attempt(
                    new Results.Cell(workload, stage.pair(), entrant.name(), round), () -> measurement.of(entrant));
        }
    }

    private void keep() {
        if (csv != null) {
            try {
                CdcCsv.write(csv, Machine.describe(), results.samples());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Of one contender. */
    @FunctionalInterface
    private interface Measurement {
        Map<Figure, Double> of(CdcEntrant entrant) throws Exception;
    }
}
