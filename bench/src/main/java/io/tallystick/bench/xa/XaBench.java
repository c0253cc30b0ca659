package io.tallystick.bench.xa;

import io.tallystick.bench.Machine;
import io.tallystick.bench.xa.campaign.BankCampaign;
import io.tallystick.bench.xa.campaign.CampaignFindings;
import io.tallystick.bench.xa.campaign.CampaignOptions;
import io.tallystick.bench.xa.campaign.CampaignReport;
import io.tallystick.bench.xa.contender.XaEntrant;
import io.tallystick.bench.xa.contender.XaEntrants;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tally bench xa}: two-phase commit of Tallystick and its peers side by side on this machine. */
@Command(
        name = "xa",
        mixinStandardHelpOptions = true,
        description = "Measures transfers between two databases side by side with other transaction managers.")
public final class XaBench implements Callable<Integer> {

    @Option(
            names = "--contenders",
            split = ",",
            paramLabel = "NAME",
            description = "Measure these only (default: all).")
    private Set<String> contenders = new LinkedHashSet<>();

    @Option(
            names = "--pairs",
            split = ",",
            defaultValue = "pg-pg,pg-mariadb",
            description = "Between which databases (default: ${DEFAULT-VALUE}).")
    private List<String> pairs = List.of();

    @Option(
            names = "--threads",
            split = ",",
            defaultValue = "1,8,32",
            description = "Numbers of clients (default: ${DEFAULT-VALUE}).")
    private List<Integer> threads = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds; the table shows medians over them.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "10", description = "Measured time of a cell.")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "10",
            paramLabel = "SECONDS",
            description =
                    "Time before it; below 5 s compiling is measured, not committing (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--count-forced-writes",
            description =
                    "Counts the coordinator's forced writes with strace, which slows it down: read no rates from such a run.")
    private boolean traced;

    @Option(
            names = "--kills",
            paramLabel = "N",
            description =
                    "Measures no rates: kills each coordinator so often and shows how long branches stay in doubt.")
    private @Nullable Integer kills;

    @Option(
            names = "--kills-at-once",
            defaultValue = "1",
            paramLabel = "N",
            description = "So many of them at the same moment.")
    private int killsAtOnce;

    @Option(
            names = "--fast-recovery",
            description =
                    "With --kills and --campaign: recovery of the peers as fast as it can be set, instead of their defaults.")
    private boolean fastRecovery;

    @Option(
            names = "--campaign",
            paramLabel = "FAULTS",
            description =
                    "Measures no rates: so many faults of all kinds under load, and whether the books agree after them."
                            + " Contenders here: tallystick, narayana, atomikos.")
    private @Nullable Integer campaign;

    @Option(
            names = "--seed",
            defaultValue = "2026",
            description = "With --campaign: of its faults and transfers (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--check-every",
            defaultValue = "20",
            paramLabel = "FAULTS",
            description =
                    "With --campaign: after so many faults it rests and compares the books (default: ${DEFAULT-VALUE}).")
    private int checkEvery;

    @Option(
            names = "--merge",
            split = ",",
            paramLabel = "FILE",
            description = "Measures nothing: one table of the rounds in these files.")
    private List<Path> merge = List.of();

    @Option(names = "--csv", description = "Also writes the raw rows to this file.")
    private @Nullable Path csv;

    @Override
    public Integer call() throws Exception {
        if (kills != null) {
            kill(kills);
            return 0;
        }
        if (campaign != null) {
            return campaign(campaign);
        }
        List<XaSample> samples = merge.isEmpty() ? measure() : XaCsv.read(merge);
        keep(samples);
        XaReport report = new XaReport(samples);
        System.out.println(report.markdown());
        System.out.println(XaBars.judge(report));
        return 0;
    }

    /** After each contender, so that a run that is broken off has not been for nothing. */
    private void keep(List<XaSample> samples) throws IOException {
        if (csv != null) {
            XaCsv.write(csv, Machine.describe(), samples);
        }
    }

    private List<XaSample> measure() throws Exception {
        PrintStream progress = System.err;
        progress.println(Machine.describe());
        List<XaSample> samples = new ArrayList<>();
        for (String word : pairs) {
            Pair pair = Pair.named(word);
            try (Bank bank = Bank.open(pair)) {
                for (int round = 1; round <= rounds; round++) {
                    for (XaEntrant entrant : XaEntrants.chosen(contenders)) {
                        new XaRun(entrant, pair, threads, traced)
                                .measure(
                                        bank,
                                        round,
                                        Duration.ofSeconds(warmUp),
                                        Duration.ofSeconds(seconds),
                                        sample -> {
                                            samples.add(sample);
                                            progress.printf(
                                                    "round %d  %-40s %8.0f tx/s%n",
                                                    sample.round(), sample.cell(), sample.perSecond());
                                        });
                        keep(samples);
                    }
                }
            }
        }
        return samples;
    }

    private void kill(int wanted) throws Exception {
        List<String> lines = new ArrayList<>(List.of(
                "# " + Machine.describe().replace("\n", "\n# "),
                "contender,pair,recovery,threads,branches_in_doubt,seconds,money_lost,decisions_left,up"));
        System.out.println(KillTrial.Outcome.head());
        for (String word : pairs) {
            try (Bank bank = Bank.open(Pair.named(word))) {
                for (XaEntrant entrant : XaEntrants.chosen(contenders)) {
                    KillTrial.Outcome outcome = new KillTrial(
                                    entrant, Pair.named(word), threads.get(0), wanted, killsAtOnce, fastRecovery)
                            .run(bank);
                    System.out.println(outcome.markdown());
                    lines.addAll(outcome.csv());
                }
            }
        }
        if (csv != null) {
            Files.write(csv, lines);
        }
    }

    /** One contender after the other; 1 when the books of one did not agree. */
    private int campaign(int faults) throws Exception {
        int broken = 0;
        Path parent = Files.createDirectories(Path.of("target", "xa-bench").toAbsolutePath());
        for (String contender : contenders.isEmpty() ? List.of("tallystick", "narayana", "atomikos") : contenders) {
            CampaignOptions options = new CampaignOptions(
                    contender,
                    seed,
                    faults,
                    fastRecovery,
                    CampaignOptions.Pace.full().withCheckEvery(checkEvery));
            Path directory = Files.createTempDirectory(parent, "campaign-" + contender + "-");
            CampaignFindings found = new BankCampaign(options, directory, System.err::println).run();
            System.out.println(CampaignReport.write(found));
            broken = found.holds() ? broken : 1;
        }
        return broken;
    }
}
