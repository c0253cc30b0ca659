package io.tallystick.xa;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Hearing.Answer;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction in the hands of its application. May be handed from thread to thread and used by several; its branches' connections
 * are for one thread at a time, as JDBC has it.
 */
public final class XaTransaction {

    private static final Logger LOG = LoggerFactory.getLogger(XaTransaction.class);

    /** What an application wants to hear of the end. Both are called once, in the order registered. */
    public interface Completion {

        /** Before the votes: may still use the transaction, and register more, but not end it. What it throws dooms the transaction. */
        void beforeCompletion();

        /** After the end, whatever it was; may be called by another thread. What it throws is logged. */
        void afterCompletion(XaOutcome outcome);
    }

    private final Site site;
    private final Coordination coordination;
    private volatile Instant deadline;
    private final @Nullable Duration lockWait;
    private final Map<String, CompletableFuture<Branch>> branches = new HashMap<>();
    private final List<Completion> completions = new ArrayList<>();
    private final Map<Object, Object> attachments = new ConcurrentHashMap<>();
    private final AtomicBoolean completing = new AtomicBoolean();
    private final AtomicBoolean completed = new AtomicBoolean();
    private volatile @Nullable Throwable doomedBy;

    XaTransaction(Site site, Coordination coordination, Instant deadline, @Nullable Duration lockWait) {
        this.lockWait = lockWait;
        this.site = site;
        this.coordination = coordination;
        this.deadline = deadline;
    }

    public XaPhase phase() {
        return coordination.phase();
    }

    /** The id, once it has one: a transaction with one branch never needs one. */
    public Optional<Gtrid> gtrid() {
        return Optional.ofNullable(coordination.gtrid());
    }

    /**
     * The id, made now if need be: other services will be told, or somebody will ask for the outcome. From now on the first configured
     * decision store arbitrates, if no branch has chosen another. Of a named transaction the outcome can be learned also when it has one
     * branch only, in the database of that store: a decision rides in its commit.
     */
    public Gtrid name() {
        return coordination.name();
    }

    /** A name for a branch that somebody else begins on this resource; used once. */
    public BranchXid nameBranch(String resource) {
        return site.ids().branch(coordination.name(), coordination.limbs().size() + 1, resource);
    }

    /** When it times out. */
    public Instant deadline() {
        return deadline;
    }

    /**
     * The application's handle on the branch of this resource; its first use begins the branch.
     *
     * @throws RejectedException when the resource is not configured or no JDBC database, or the transaction has ended
     * @throws UnavailableException when no branch can be begun there now
     */
    public Connection connection(String resource) {
        Branch branch = branch(resource);
        if (branch instanceof JdbcBranch jdbc) {
            return jdbc.connection();
        }
        throw new RejectedException("resource '" + resource + "' is no JDBC database: it has no connection");
    }

    /** The branch of this resource, begun if need be. */
    Branch branch(String resource) {
        CompletableFuture<Branch> mine = new CompletableFuture<>();
        CompletableFuture<Branch> there;
        synchronized (branches) {
            there = branches.putIfAbsent(resource, mine);
        }
        if (there != null) {
            return begunByAnother(there);
        }
        try {
            Branch branch = begin(resource);
            mine.complete(branch);
            return branch;
        } catch (RuntimeException | Error e) {
            // an Error of a driver, too: whoever asks next would wait for ever
            synchronized (branches) {
                branches.remove(resource);
            }
            mine.completeExceptionally(e);
            throw e;
        }
    }

    private static Branch begunByAnother(CompletableFuture<Branch> there) {
        try {
            return there.join();
        } catch (CompletionException | CancellationException e) {
            throw new UnavailableException("the branch could not be begun by another thread", e);
        }
    }

    private Branch begin(String resource) {
        if (phase() != XaPhase.ACTIVE) {
            throw new RejectedException(takesNoMore("branch on '" + resource + "'"));
        }
        BranchDriver driver = site.driver(resource);
        site.health(resource).admit();
        Branch branch = driver.open(new Opening(nameAtStart(driver), deadline, lockWait));
        enlist(branch);
        return branch;
    }

    /** A branch that must be named when it begins gets its name, unless it can be the local, last participant. */
    private @Nullable BranchXid nameAtStart(BranchDriver driver) {
        if (!driver.traits().namedAtStart()) {
            return null;
        }
        DecisionStore there = driver.traits().hostsDecisions() ? site.homes().usable(driver.resource()) : null;
        if (there != null && coordination.fixHome(there) && !hasLocal(there)) {
            return null;
        }
        return nameBranch(driver.resource());
    }

    private boolean hasLocal(DecisionStore home) {
        return coordination.limbs().stream().anyMatch(limb -> limb.resource.equals(home.name()));
    }

    /**
     * Adds a branch that somebody else has begun: another service's, or another kind of resource.
     *
     * @throws RejectedException when the transaction takes none any more; the branch has been rolled back and released
     */
    public void enlist(Branch branch) {
        if (!coordination.join(branch)) {
            try {
                branch.rollback(site.settings().prepareBudget());
            } catch (RuntimeException | Error e) {
                // nobody knows what its connection holds: it serves nobody else
                branch.cut();
                throw e;
            } finally {
                branch.release();
            }
            throw new RejectedException("branch on '" + branch.resource() + "' came too late and was rolled back: "
                    + takesNoMore("branch"));
        }
    }

    private String takesNoMore(String what) {
        String why = coordination.state().why();
        return coordination + " takes no " + what + " any more" + (why == null ? "" : ": " + why);
    }

    /** Hears of the end. */
    public void onCompletion(Completion completion) {
        synchronized (completions) {
            completions.add(completion);
        }
    }

    /** What frameworks keep with the transaction, under keys of their own; gone with it. Thread-safe. */
    public Map<Object, Object> attachments() {
        return attachments;
    }

    /** From now on it can only be rolled back. */
    public void setRollbackOnly(String why) {
        coordination.accept(new XaEvent.RollbackOnly(why));
    }

    /**
     * Commits: returns when the decision is durable and every branch has acknowledged, or {@link XaSettings#ackWait} has passed.
     *
     * @throws RolledBackException when it was rolled back instead, in every branch
     * @throws OutcomeUnknownException when it is not known; the branches are held
     * @throws HeuristicException when branches ended differently; there is evidence
     * @throws RejectedException when it has ended before, or is being committed already
     */
    public void commit() {
        beforeCompletion();
        String refused = coordination.commit();
        if (refused != null && !isEndingWithoutUs()) {
            throw new RejectedException(coordination + " cannot be committed: " + refused);
        }
        Answer answer = await();
        afterCompletion(answer.outcome());
        if (answer.outcome() == XaOutcome.ROLLED_BACK) {
            throw new RolledBackException(coordination, answer.why(), doomedBy);
        }
        throwIfUnclear(answer);
    }

    /**
     * Rolls back. Nothing to do when it has been rolled back already.
     *
     * @throws RejectedException when it has been committed
     */
    public void rollback() {
        String refused = coordination.accept(new XaEvent.RollbackAsked("the application asked for it"));
        if (refused != null && !coordination.hearing().answer().isDone()) {
            throw new RejectedException(coordination + " cannot be rolled back: " + refused);
        }
        Answer answer = await();
        afterCompletion(answer.outcome());
        if (answer.outcome() == XaOutcome.COMMITTED) {
            throw new RejectedException(coordination + " has been committed: it cannot be rolled back");
        }
        throwIfUnclear(answer);
    }

    /**
     * Prepares all branches for a coordinator elsewhere, and returns them; they stay prepared until it, or this engine's recovery on its
     * behalf, finishes them. Completions hear {@link XaOutcome#UNKNOWN} then, for nobody here knows the end.
     *
     * @throws RolledBackException when one of them voted no: all have been rolled back
     */
    public List<Voted> handOver() {
        beforeCompletion();
        String refused = coordination.commit();
        if (refused != null && !isEndingWithoutUs()) {
            throw new RejectedException(coordination + " cannot be prepared: " + refused);
        }
        Answer answer = await();
        List<Voted> prepared = answer.outcome() == XaOutcome.COMMITTED ? coordination.prepared() : List.of();
        // what is only prepared has not committed: who waits for a commit must not hear of one
        afterCompletion(prepared.isEmpty() ? answer.outcome() : XaOutcome.UNKNOWN);
        if (answer.outcome() != XaOutcome.COMMITTED) {
            throw new RolledBackException(coordination, answer.why(), doomedBy);
        }
        return prepared;
    }

    private void throwIfUnclear(Answer answer) {
        if (answer.outcome() == XaOutcome.UNKNOWN) {
            throw new OutcomeUnknownException(coordination.gtrid(), answer.why());
        }
        if (answer.outcome() == XaOutcome.MIXED) {
            throw new HeuristicException(coordination);
        }
    }

    // ---- the end

    /** It has been answered, or timed out a moment ago and is being rolled back: a rollback to report, no misuse. */
    private boolean isEndingWithoutUs() {
        return coordination.hearing().answer().isDone() || phase() == XaPhase.ABORTING;
    }

    /** Everything has its own time limit below; these are for what does not keep to it. */
    private Answer await() {
        Duration prepare = site.settings().prepareBudget();
        Hearing hearing = coordination.hearing();
        CompletableFuture<Answer> answer = hearing.answer();
        if (!answer.isDone() && !isThere(hearing.decision(), prepare)) {
            coordination.overdue();
        }
        if (!isThere(answer, hearing.leftFor(site.settings().ackWait()))) {
            coordination.accept(new XaEvent.WaitedEnough());
        }
        if (!isThere(answer, prepare)) {
            coordination.giveUpWaiting();
        }
        return answer.join();
    }

    private boolean isThere(CompletableFuture<?> what, Duration within) {
        return what.isDone() || site.patience().wait(what, within);
    }

    private void beforeCompletion() {
        if (phase() == XaPhase.ACTIVE && !completing.compareAndSet(false, true)) {
            // by another thread, or by one of those that are called here: they would be called again, without an end
            throw new RejectedException(coordination + " is being committed already");
        }
        for (int i = 0; phase() == XaPhase.ACTIVE; i++) {
            Completion next;
            synchronized (completions) {
                if (i >= completions.size()) {
                    return;
                }
                next = completions.get(i);
            }
            try {
                next.beforeCompletion();
            } catch (RuntimeException | Error e) {
                LOG.warn("{}: rolled back, because of what is to be done before its completion", coordination, e);
                doomedBy = e;
                setRollbackOnly("before completion: " + e);
            }
        }
    }

    /** Times out: rolled back from outside, while the application works. */
    void timeOut() {
        coordination.timeOut();
        if (site.clock().instant().isAfter(deadline.plus(site.settings().prepareBudget()))) {
            // a driver that does not keep to its budget may be holding the application's own thread
            coordination.overdue();
        }
        if (coordination.hearing().answer().isDone()) {
            afterCompletion(coordination.hearing().answer().join().outcome());
        }
    }

    /** A clock that jumped back must not give it more time, and its locks with it. */
    void clockWentBack(Duration by) {
        deadline = deadline.minus(by);
    }

    boolean hasEnded() {
        return coordination.hearing().answer().isDone();
    }

    Coordination coordination() {
        return coordination;
    }

    private void afterCompletion(XaOutcome outcome) {
        if (!completed.compareAndSet(false, true)) {
            return;
        }
        List<Completion> all;
        synchronized (completions) {
            all = List.copyOf(completions);
        }
        for (Completion completion : all) {
            try {
                completion.afterCompletion(outcome);
            } catch (RuntimeException | Error e) {
                LOG.warn("{}: what is to be done after its completion failed", coordination, e);
            }
        }
    }

    @Override
    public String toString() {
        return coordination.toString();
    }
}
