package io.tallystick.xa.journal;

import io.tallystick.disk.DirectoryLock;
import io.tallystick.disk.Disk;
import io.tallystick.disk.FileDisk;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decisions in a journal of files, for a coordinator without a database of its own. The directory belongs to one process at a time and
 * must outlive it (not a container's own file system): only who has it can finish what was prepared under it. Its place in
 * {@link Gtrid#home()} therefore holds the journal's random id: two journals that people gave the same name are two homes.
 *
 * <p>After a failed write or a full disk the calls in flight hear that the outcome is unknown, the next ones are refused until a new
 * segment can be written; then {@link #abort} settles what was unknown. Safe for use by many threads; one daemon thread does all
 * writing ({@link JournalWriter}). Reading never waits for the disk.
 */
public final class JournalDecisionStore implements DecisionStore {

    /** About 60,000 decisions, a few seconds of full load between two snapshots. */
    private static final int SEGMENT_BYTES = 16 << 20;

    private final String name;
    private final DirectoryLock lock;
    private final JournalState state;
    private final JournalWriter writer;
    private final InstantSource clock;
    private final Set<Life> own = ConcurrentHashMap.newKeySet();
    private final Map<Life, Instant> leases = new ConcurrentHashMap<>();

    private JournalDecisionStore(
            String name, DirectoryLock lock, JournalState state, JournalWriter writer, InstantSource clock) {
        this.name = name;
        this.lock = lock;
        this.state = state;
        this.writer = writer;
        this.clock = clock;
    }

    /**
     * Opens the journal in this directory, or makes one.
     *
     * @param name what people call it; {@link #name()} adds the journal's id
     * @param clock of leases and of tombstones' ages
     * @throws UnavailableException when another process has the directory, or it cannot be read or written
     * @throws io.tallystick.jdbc.CorruptionException when it is damaged; names the file and the offset
     */
    public static JournalDecisionStore open(Path directory, String name, InstantSource clock) {
        return open(directory, new FileDisk(directory), new Setup(name, clock, SEGMENT_BYTES));
    }

    /** For tests: other disks, and segments that fill soon. */
    static JournalDecisionStore open(Path directory, Disk disk, Setup setup) {
        DirectoryLock lock = lock(directory);
        try {
            return recover(lock, disk, setup);
        } catch (IOException e) {
            lock.close();
            throw new UnavailableException("the journal in " + directory + " cannot be opened: " + e, e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static DirectoryLock lock(Path directory) {
        try {
            return DirectoryLock.take(directory, "journal");
        } catch (IOException e) {
            throw new UnavailableException("journal directory " + directory + " cannot be locked: " + e, e);
        }
    }

    private static JournalDecisionStore recover(DirectoryLock lock, Disk disk, Setup setup) throws IOException {
        JournalState state = new JournalState();
        Segments segments = new Segments(disk, setup.segmentBytes, JournalRuntime.freshId());
        state.apply(segments.recover());
        segments.begin(EntryCodec.write(state.snapshot()), 0);
        segments.prepareSpare();
        String unique =
                setup.name + "-" + String.format("%016x", segments.journal().getMostSignificantBits());
        JournalWriter writer = new JournalWriter(unique, segments, state, setup.clock);
        writer.start();
        return new JournalDecisionStore(unique, lock, state, writer, setup.clock);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<Verdict> lookup(Gtrid gtrid) {
        return state.verdict(gtrid);
    }

    @Override
    public Optional<Verdict> lookup(BranchXid branch) {
        return state.verdict(branch);
    }

    @Override
    public Optional<DecisionRecord> decision(Gtrid gtrid) {
        return state.decision(gtrid);
    }

    @Override
    public Verdict commit(DecisionRecord decision) {
        return writer.ask("writing decision " + decision.gtrid(), draft -> draft.commit(decision));
    }

    @Override
    public Verdict abort(Gtrid gtrid) {
        return writer.ask("writing the tombstone of " + gtrid, draft -> draft.abort(gtrid, clock.instant()));
    }

    @Override
    public void end(Collection<Gtrid> done) {
        Map<Boolean, List<Gtrid>> byOwner =
                done.stream().collect(Collectors.groupingBy(gtrid -> own.contains(Life.of(gtrid))));
        byOwner.forEach((mine, gtrids) -> writer.end(gtrids, mine));
    }

    @Override
    public void remember(Collection<Gtrid> done) {
        writer.end(done, false);
    }

    @Override
    public List<DecisionRecord> unfinished(int cluster, @Nullable Gtrid after, int limit) {
        return state.unfinished(gtrid -> gtrid.cluster() == cluster, after, limit);
    }

    @Override
    public List<DecisionRecord> unfinishedOfAll(@Nullable Gtrid after, int limit) {
        return state.unfinished(gtrid -> true, after, limit);
    }

    @Override
    public Life register(int cluster, long node, Duration lease) {
        Life life = writer.ask("registering node " + Long.toHexString(node), draft -> draft.register(cluster, node));
        own.add(life);
        leases.put(life, clock.instant().plus(lease));
        return life;
    }

    @Override
    public boolean renew(Life life, Duration lease) {
        if (!isNewest(life)) {
            return false;
        }
        leases.put(life, clock.instant().plus(lease));
        return true;
    }

    @Override
    public void leave(Life life) {
        leases.remove(life);
    }

    @Override
    public List<Life> living(int cluster) {
        return leases.keySet().stream()
                .filter(life -> life.cluster() == cluster && lives(life))
                .toList();
    }

    private boolean lives(Life life) {
        return isNewest(life) && leases.getOrDefault(life, Instant.MIN).isAfter(clock.instant());
    }

    private boolean isNewest(Life life) {
        return state.epoch(life.cluster(), life.node()) == life.epoch();
    }

    @Override
    public void heuristic(HeuristicRecord record) {
        writer.ask("keeping evidence about " + record.branch(), draft -> draft.keep(record));
    }

    @Override
    public List<HeuristicRecord> heuristics(int limit) {
        return state.heuristics(limit);
    }

    @Override
    public void audit(Gtrid gtrid, String who, String what, String why, Instant at) {
        Order order = new Order(gtrid, who, what, why, at);
        writer.ask("writing down what was ordered about " + gtrid, draft -> draft.keep(order));
    }

    @Override
    public List<Order> orders(int limit) {
        return state.orders(limit);
    }

    @Override
    public int purge(Duration age, int limit) {
        Instant before = clock.instant().minus(age);
        return writer.ask("purging", draft -> draft.purge(before, this::lives, limit));
    }

    /** Writes what is waiting and gives the directory free, unless a hanging disk keeps the writer in it. */
    @Override
    public void close() {
        if (writer.close()) {
            lock.close();
        }
    }

    record Setup(String name, InstantSource clock, int segmentBytes) {}
}
