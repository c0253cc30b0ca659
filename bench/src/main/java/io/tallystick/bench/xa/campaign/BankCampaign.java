package io.tallystick.bench.xa.campaign;

import io.tallystick.bench.Pause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The campaign: clients transfer money all the time, faults come two at a time; after each few the bank rests until nothing is in doubt and
 * the books are compared. Blocks its caller.
 */
public final class BankCampaign {
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    /** A server still works off what had reached it, and MariaDB shows a branch no more while it is committing it. */
    private static final Duration CALM = Duration.ofSeconds(1);

    private final CampaignOptions options;
    private final Path directory;
    private final Consumer<String> progress;
    private final Map<String, Integer> done = new LinkedHashMap<>();
    private final List<Duration> rests = new ArrayList<>();

    /**
     * @param directory for what the processes write; made if need be, and left for whoever looks for causes
     * @param progress hears a line now and then
     */
    public BankCampaign(CampaignOptions options, Path directory, Consumer<String> progress) {
        this.options = options;
        this.directory = directory.toAbsolutePath();
        this.progress = progress;
    }

    public CampaignFindings run() throws Exception {
        long begun = System.nanoTime();
        progress.accept(options + " in " + directory);
        try (BankWorld world = BankWorld.open(options, directory);
                Monitor monitor = new Monitor(world).start()) {
            List<Fault> plan = Fault.plan(options, kinds(world));
            Nemesis nemesis = new Nemesis(world, progress);
            List<Check> checks = List.of();
            int each = Math.min(plan.size(), options.pace().checkEvery());
            for (int from = 0; from < plan.size(); from += each) {
                List<Fault> some = plan.subList(from, Math.min(plan.size(), from + each));
                nemesis.strike(some, options.pace().atOnce());
                some.forEach(fault -> done.merge(fault.kind().sentence(), 1, Integer::sum));
                monitor.everythingRuns(true);
                checks = rest(world);
                monitor.everythingRuns(false);
                if (!checks.stream().allMatch(Check::holds)) {
                    // the first breach is the one whose cause can still be found
                    break;
                }
                Files.delete(world.answers().resolve(BankMain.REST));
            }
            return findings(world, monitor, checks, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    /** A brief one has only so many. */
    private List<FaultKind> kinds(BankWorld world) {
        return options.pace().isBrief() ? FaultKind.BRIEF : FaultKind.of(world.places());
    }

    private List<Check> rest(BankWorld world) throws Exception {
        long begun = System.nanoTime();
        Files.createFile(world.answers().resolve(BankMain.REST));
        boolean answered = await(() -> allAnswered(world));
        long cleanAt = awaitClean(world);
        rests.add(Duration.ofNanos((cleanAt == 0 ? System.nanoTime() : cleanAt) - begun));
        Notes notes = Notes.read(world.answers());
        boolean asked = await(() -> allWhoAskedAreAnswered(world));
        List<Check> checks = new ArrayList<>(Books.read(world).check(notes));
        checks.add(new Check("Every client has its answer", answered && asked, answered + ", " + asked, List.of()));
        checks.add(new Check("Nothing is prepared any more", cleanAt != 0, prepared(world) + " branches", List.of()));
        progress.accept(done.values().stream().mapToInt(Integer::intValue).sum() + " faults, "
                + notes.begun().size() + " transfers, clean after "
                + rests.get(rests.size() - 1).toMillis() + " ms: "
                + checks.stream().filter(check -> !check.holds()).toList());
        return checks;
    }

    private interface Condition {
        boolean holds() throws IOException, SQLException;
    }

    private boolean await(Condition condition) throws Exception {
        long end = System.nanoTime() + options.patience().toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Pause.of(LOOK_EVERY);
        }
        return true;
    }

    private static boolean allAnswered(BankWorld world) throws IOException {
        for (BankNode node : world.coordinators()) {
            if (!Notes.of(world.answers().resolve(node.notes())).allAnswered()) {
                return false;
            }
        }
        return true;
    }

    /** Those who still live and were given a name to ask for. */
    private static boolean allWhoAskedAreAnswered(BankWorld world) throws IOException {
        for (BankNode node : world.coordinators()) {
            Notes notes = Notes.of(world.answers().resolve(node.notes()));
            boolean waiting = notes.told().values().stream()
                    .anyMatch(answer -> answer.kind() == Answer.Kind.UNKNOWN
                            && !answer.name().equals("-")
                            && notes.asked(answer.name()).isEmpty());
            if (waiting) {
                return false;
            }
        }
        return true;
    }

    /** The beginning of a calm second, by the clock of this process; 0 when it never came. */
    private long awaitClean(BankWorld world) throws Exception {
        long end = System.nanoTime() + options.patience().toNanos();
        long suspicious = System.nanoTime() + CampaignOptions.BOUND.toNanos();
        long clean = 0;
        while (clean == 0 || System.nanoTime() - clean < CALM.toNanos()) {
            if (System.nanoTime() > end) {
                Evidence.keep(world, directory.resolve("evidence-" + rests.size() + "-end.txt"));
                return 0;
            }
            if (System.nanoTime() > suspicious) {
                suspicious = Long.MAX_VALUE;
                Evidence.keep(world, directory.resolve("evidence-" + rests.size() + ".txt"));
            }
            boolean isClean = prepared(world) == 0;
            clean = !isClean ? 0 : clean == 0 ? System.nanoTime() : clean;
            Pause.of(LOOK_EVERY);
        }
        return clean;
    }

    private static int prepared(BankWorld world) throws SQLException {
        int all = 0;
        for (Place place : world.places()) {
            all += Monitor.prepared(world.database(place)).size();
        }
        return all;
    }

    private CampaignFindings findings(BankWorld world, Monitor monitor, List<Check> checks, Duration took)
            throws Exception {
        Notes notes = Notes.read(world.answers());
        Books books = Books.read(world);
        Map<String, String> numbers = new LinkedHashMap<>();
        numbers.put("Transfers begun", Integer.toString(notes.begun().size()));
        numbers.put("Transfers found", Integer.toString(books.transfers()));
        numbers.put("Of those told \"unknown\" found", Long.toString(books.unknownThere(notes)));
        numbers.put("Longest time that a branch was prepared, servers away or not", seconds(monitor.longest()));
        numbers.put("Longest time after everything ran again", seconds(monitor.longestSinceAllRan()));
        numbers.put("Rests with a comparison of the books", Integer.toString(rests.size()));
        numbers.put("Took", took.toSeconds() + " s");
        return new CampaignFindings(options, checks, done, notes.counts(), numbers, List.copyOf(rests));
    }

    private static String seconds(Duration time) {
        return String.format(java.util.Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
