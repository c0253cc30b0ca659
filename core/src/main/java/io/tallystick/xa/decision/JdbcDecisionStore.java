package io.tallystick.xa.decision;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.DuplicateKeyException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicRecord;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.decision.Gathering.Entry;
import io.tallystick.xa.decision.LazyEnds.Ended;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decisions in a table of a PostgreSQL, MariaDB or MySQL database (schema component {@code xa}); usually one of those that take part,
 * so that a decision can also ride in a branch's own commit ({@link DecisionSql#insert}). The table's primary key is the arbiter.
 *
 * <p>Give it connections of its own, two or three: if it had to share those of the branches, transactions that hold all of them would
 * wait for each other's decisions. Let them be in autocommit mode (otherwise each decision costs two round trips more) and have a
 * socket time-out, for that bounds every wait here. The database must keep what it acknowledges through a failover: let it replicate
 * synchronously.
 *
 * <p>Safe for use by many threads. Decisions of several callers share one write ({@link Gathering}); one daemon thread writes off
 * finished ones.
 */
public final class JdbcDecisionStore implements DecisionStore {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);
    private static final int REGISTER_ATTEMPTS = 10;

    private final String name;
    private final Jdbc jdbc;
    private final Answers answers;
    private final Duration longestWait;
    private final Set<Life> own = ConcurrentHashMap.newKeySet();
    private final Gathering<DecisionRecord, Verdict> gathering = new Gathering<>(this::write);
    private final LazyEnds ends;

    private JdbcDecisionStore(String name, Jdbc jdbc, Duration longestWait) {
        this.name = name;
        this.jdbc = jdbc;
        this.answers = new Answers(name, jdbc);
        this.longestWait = longestWait;
        this.ends = new LazyEnds(name, this::writeEnds);
    }

    /** Does not connect here; waits 5 s at most for a decision that is just being committed. */
    public static JdbcDecisionStore on(String name, Jdbc jdbc) {
        return new JdbcDecisionStore(name, jdbc, LONGEST_WAIT);
    }

    /**
     * @param longestWait of {@link #abort} for a decision whose transaction is being committed; InnoDB counts whole seconds, one at
     *     least
     */
    public static JdbcDecisionStore on(String name, Jdbc jdbc, Duration longestWait) {
        return new JdbcDecisionStore(name, jdbc, longestWait);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<Verdict> lookup(Gtrid gtrid) {
        return answers.to("looking up " + gtrid, tx -> DecisionRows.verdict(tx, gtrid));
    }

    @Override
    public Optional<Verdict> lookup(BranchXid branch) {
        return answers.to("looking up " + branch, tx -> DecisionRows.verdict(tx, branch));
    }

    @Override
    public Optional<DecisionRecord> decision(Gtrid gtrid) {
        return answers.to("reading decision " + gtrid, tx -> DecisionRows.decision(tx, gtrid));
    }

    @Override
    public Verdict commit(DecisionRecord decision) {
        return gathering.submit(decision);
    }

    /** How many callers wait for a write in flight. */
    int waiting() {
        return gathering.waiting();
    }

    private void write(List<Entry<DecisionRecord, Verdict>> batch) {
        try {
            insert(batch.stream().map(Entry::value).toList());
            batch.forEach(entry -> entry.answer(Verdict.COMMIT));
        } catch (ConflictException | RejectedException e) {
            // nothing of the batch is stored: one of them met a tombstone or is too long, and the others are not to
            // suffer
            batch.forEach(this::writeAlone);
        } catch (TallystickException e) {
            batch.forEach(entry -> entry.fail(told(entry.value(), e)));
        }
    }

    private void insert(List<DecisionRecord> decisions) {
        try {
            insertOnce(decisions);
        } catch (UnavailableException | RejectedException e) {
            // whoever interrupted this thread while it waited for a connection did not mean the others in the batch
            if (!Thread.interrupted()) {
                throw e;
            }
            insertAfterInterrupt(decisions);
        }
    }

    private void insertAfterInterrupt(List<DecisionRecord> decisions) {
        try {
            insertOnce(decisions);
        } finally {
            Thread.currentThread().interrupt();
        }
    }

    private void insertOnce(List<DecisionRecord> decisions) {
        jdbc.autocommit(tx -> {
            DecisionRows.insert(tx, decisions);
            return decisions;
        });
    }

    private void writeAlone(Entry<DecisionRecord, Verdict> entry) {
        DecisionRecord decision = entry.value();
        try {
            insert(List.of(decision));
            entry.answer(Verdict.COMMIT);
        } catch (DuplicateKeyException taken) {
            answerByRow(entry);
        } catch (TallystickException e) {
            entry.fail(told(decision, e));
        }
    }

    private void answerByRow(Entry<DecisionRecord, Verdict> entry) {
        Gtrid gtrid = entry.value().gtrid();
        try {
            // COMMIT: the same decision, given once more after a lost answer
            lookup(gtrid)
                    .ifPresentOrElse(
                            entry::answer,
                            () -> entry.fail(new UnknownOutcomeException("decision store " + name + ": the key of "
                                    + gtrid + " was taken and is free again; ask by abort")));
        } catch (TallystickException e) {
            entry.fail(new UnknownOutcomeException(
                    "decision store " + name + ": the key of " + gtrid + " is taken, and by whom could not be read",
                    e));
        }
    }

    /** A new exception for each caller, with its own stack. */
    private TallystickException told(DecisionRecord decision, TallystickException e) {
        String message = "decision store " + name + ", writing decision " + decision.gtrid() + ": " + e.getMessage();
        return e instanceof UnknownOutcomeException
                ? new UnknownOutcomeException(message, e)
                : new UnavailableException(message, e);
    }

    @Override
    public Verdict abort(Gtrid gtrid) {
        // InnoDB reads its own duplicate after the fact: the row can go in between, hence more than one attempt
        for (int attempt = 1; attempt <= 3; attempt++) {
            Optional<Verdict> verdict = answers.to(
                    "writing the tombstone of " + gtrid,
                    tx -> DecisionRows.insertTombstone(tx, gtrid, longestWait)
                            ? Optional.of(Verdict.ABORT)
                            : DecisionRows.verdict(tx, gtrid));
            if (verdict.isPresent()) {
                return verdict.get();
            }
        }
        throw new UnavailableException("decision store " + name + ": somebody writes and deletes the row of " + gtrid
                + " again and again; try later");
    }

    @Override
    public void end(Collection<Gtrid> done) {
        List<Ended> ended = new ArrayList<>(done.size());
        for (Gtrid gtrid : done) {
            ended.add(new Ended(gtrid, own.contains(Life.of(gtrid))));
        }
        ends.add(ended);
    }

    @Override
    public void remember(Collection<Gtrid> done) {
        ends.add(done.stream().map(gtrid -> new Ended(gtrid, false)).toList());
    }

    private void writeEnds(List<Ended> done) {
        List<Gtrid> forget =
                done.stream().filter(Ended::forget).map(Ended::gtrid).toList();
        List<Gtrid> mark =
                done.stream().filter(e -> !e.forget()).map(Ended::gtrid).toList();
        if (mark.isEmpty() && jdbc.dialect() == Dialect.POSTGRESQL) {
            jdbc.autocommit(tx -> {
                DecisionRows.forget(tx, forget);
                return forget;
            });
            return;
        }
        // READ COMMITTED: on InnoDB, a DELETE of a missing row would otherwise lock the gap, and hold up new decisions
        jdbc.run(tx -> {
            if (!forget.isEmpty()) {
                DecisionRows.forget(tx, forget);
            }
            if (!mark.isEmpty()) {
                DecisionRows.markEnded(tx, mark);
            }
        });
    }

    @Override
    public List<DecisionRecord> unfinished(int cluster, @Nullable Gtrid after, int limit) {
        return answers.to("listing decisions", tx -> DecisionRows.unfinished(tx, cluster, after, limit));
    }

    @Override
    public List<DecisionRecord> unfinishedOfAll(@Nullable Gtrid after, int limit) {
        return answers.to("listing decisions", tx -> DecisionRows.unfinishedOfAll(tx, after, limit));
    }

    @Override
    public Life register(int cluster, long node, Duration lease) {
        for (int attempt = 1; attempt <= REGISTER_ATTEMPTS; attempt++) {
            Optional<Life> life =
                    answers.to("registering node " + node, tx -> NodeRows.raise(tx, cluster, node, lease));
            if (life.isPresent()) {
                own.add(life.get());
                return life.get();
            }
        }
        throw new UnavailableException("decision store " + name + ": node " + Long.toHexString(node)
                + " was registered by somebody else " + REGISTER_ATTEMPTS + " times in a row; do all replicas restart"
                + " with one label? give each its own or none");
    }

    @Override
    public boolean renew(Life life, Duration lease) {
        return answers.to("renewing the lease of " + life, tx -> NodeRows.renew(tx, life, lease));
    }

    @Override
    public void leave(Life life) {
        answers.to("leaving as " + life, tx -> {
            NodeRows.leave(tx, life);
            return life;
        });
    }

    @Override
    public List<Life> living(int cluster) {
        return answers.to("listing living nodes", tx -> NodeRows.living(tx, cluster));
    }

    @Override
    public void heuristic(HeuristicRecord record) {
        answers.to("keeping evidence about " + record.branch(), tx -> {
            EvidenceRows.keep(tx, record);
            return record;
        });
    }

    @Override
    public List<HeuristicRecord> heuristics(int limit) {
        return answers.to("listing evidence", tx -> EvidenceRows.latest(tx, limit));
    }

    @Override
    public void audit(Gtrid gtrid, String who, String what, String why, Instant at) {
        Order order = new Order(gtrid, who, what, why, at);
        answers.to("writing down what was ordered about " + gtrid, tx -> {
            EvidenceRows.audit(tx, order);
            return order;
        });
    }

    @Override
    public List<Order> orders(int limit) {
        return answers.to("listing orders", tx -> EvidenceRows.orders(tx, limit));
    }

    @Override
    public int purge(Duration age, int limit) {
        return answers.to("purging", tx -> {
            int purged = DecisionRows.purge(tx, age, limit);
            NodeRows.purge(tx, age);
            return purged;
        });
    }

    @Override
    public void close() {
        ends.close();
    }
}
