package io.tallystick.xa;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one transaction asks of its branches and of its decision store, each answer brought back as an event. All I/O of a coordination is
 * here, and none of it under a lock. Thread-safe; a branch is asked by one thread at a time.
 */
final class Questions {

    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);

    private final Site site;
    private final Coordination transaction;

    Questions(Site site, Coordination transaction) {
        this.site = site;
        this.transaction = transaction;
    }

    /** Whatever goes wrong on the way to an answer, there is one: a question without an answer would hold its branches for ever. */
    XaEvent ask(XaEffect effect) {
        try {
            return answerTo(effect);
        } catch (RuntimeException | Error e) {
            LOG.error("{}: {} failed unexpectedly", transaction, effect, e);
            return unknown(effect, e.toString());
        }
    }

    private static XaEvent unknown(XaEffect effect, String why) {
        if (effect instanceof XaEffect.Prepare prepare) {
            return new XaEvent.Voted(prepare.branch(), new Vote.Unknown(why));
        }
        if (effect instanceof XaEffect.CommitAlone alone) {
            return new XaEvent.Spoken(alone.branch(), new LastWord.Unknown(why));
        }
        if (effect instanceof XaEffect.Decide decide && !decide.byTheStore()) {
            return new XaEvent.Spoken(decide.lastParticipant(), new LastWord.Unknown(why));
        }
        if (effect instanceof XaEffect.Commit commit) {
            return new XaEvent.Answered(commit.branch(), new Ack.Retry(why));
        }
        if (effect instanceof XaEffect.Rollback rollback) {
            return new XaEvent.Answered(rollback.branch(), new Ack.Retry(why));
        }
        if (effect instanceof XaEffect.KeepEvidence evidence) {
            // it is in the log at least, and its transaction has to end
            return new XaEvent.EvidenceKept(evidence.branch());
        }
        return new XaEvent.DecisionUnknown(why);
    }

    private XaEvent answerTo(XaEffect effect) {
        if (effect instanceof XaEffect.Prepare prepare) {
            return new XaEvent.Voted(prepare.branch(), vote(prepare.branch()));
        }
        if (effect instanceof XaEffect.CommitAlone alone) {
            return new XaEvent.Spoken(alone.branch(), lastWord(alone.branch(), null));
        }
        if (effect instanceof XaEffect.Decide decide) {
            return decide(decide);
        }
        if (effect instanceof XaEffect.Settle) {
            return settle();
        }
        if (effect instanceof XaEffect.Commit commit) {
            return new XaEvent.Answered(commit.branch(), finish(commit.branch(), true));
        }
        if (effect instanceof XaEffect.Rollback rollback) {
            return new XaEvent.Answered(rollback.branch(), finish(rollback.branch(), false));
        }
        if (effect instanceof XaEffect.KeepEvidence evidence) {
            return keep(evidence);
        }
        throw new IllegalStateException("no question: " + effect);
    }

    private XaEvent keep(XaEffect.KeepEvidence evidence) {
        Limb limb = transaction.limb(evidence.branch());
        DecisionStore home =
                Objects.requireNonNullElse(transaction.home(), site.homes().standard());
        site.backlog()
                .keep(
                        home,
                        new HeuristicRecord(
                                Objects.requireNonNull(limb.xid),
                                limb.resource,
                                evidence.decided(),
                                evidence.heuristic().found(),
                                evidence.heuristic().evidence(),
                                site.clock().instant()));
        return new XaEvent.EvidenceKept(evidence.branch());
    }

    /** What became of a branch that is not among the prepared ones any more, as far as its resource can tell. */
    XaEvent gone(int number) {
        Limb limb = transaction.limb(number);
        BranchDriver driver = site.driver(limb.resource);
        Ack.Found fate = driver.fate(limb.hint).orElse(null);
        String evidence = "";
        if (fate != null) {
            evidence = Absence.evidence(driver, limb.hint, fate);
        } else {
            Verdict told = transaction.phase() == XaPhase.COMMITTING ? Verdict.COMMIT : Verdict.ABORT;
            Optional<String> replaced = Absence.replaced(driver, limb.incarnation, told);
            if (replaced.isPresent() && isUnfinished()) {
                fate = Ack.Found.UNKNOWN;
                evidence = replaced.get();
            }
        }
        return new XaEvent.Gone(number, fate, evidence);
    }

    /** Another engine may have found the branch in the new database, and have ended it and all of its transaction. */
    private boolean isUnfinished() {
        return Objects.requireNonNull(transaction.home())
                .decision(transaction.name())
                .isPresent();
    }

    private Vote vote(int number) {
        Limb limb = transaction.limb(number);
        Branch branch = limb.asked();
        if (branch == null) {
            return new Vote.Unknown("its connection was given up");
        }
        try {
            return vote(number, branch);
        } finally {
            if (limb.heard()) {
                // it took too long, and was given up meanwhile
                site.kept().giveBack(branch);
            }
        }
    }

    private Vote vote(int number, Branch branch) {
        String closed = site.health(branch.resource()).reasonNotToPrepare();
        if (closed != null) {
            // its resource does not answer: so its connection is not asked, but closed
            branch.giveUp();
            return new Vote.No(closed);
        }
        BranchXid xid;
        try {
            xid = transaction.branchName(number);
        } catch (TallystickException e) {
            branch.giveUp();
            return new Vote.No(String.valueOf(e.getMessage()));
        }
        return guarded(branch, () -> branch.prepare(xid, site.settings().prepareBudget()), Vote.Unknown::new);
    }

    private LastWord lastWord(int number, @Nullable DecisionRecord riding) {
        Branch branch = transaction.limb(number).open();
        if (branch == null) {
            return new LastWord.RolledBack("its connection was given up before its commit");
        }
        return guarded(
                branch, () -> branch.commitAlone(riding, site.settings().prepareBudget()), LastWord.Unknown::new);
    }

    private XaEvent decide(XaEffect.Decide decide) {
        DecisionRecord record = new DecisionRecord(
                transaction.name(), voted(decide.prepared()), site.clock().instant());
        if (!decide.byTheStore()) {
            return new XaEvent.Spoken(decide.lastParticipant(), lastWord(decide.lastParticipant(), record));
        }
        try {
            return new XaEvent.Decided(
                    Objects.requireNonNull(transaction.home()).commit(record));
        } catch (UnknownOutcomeException e) {
            return new XaEvent.DecisionUnknown(String.valueOf(e.getMessage()));
        } catch (TallystickException e) {
            return new XaEvent.NotDecided(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{}: writing the decision failed unexpectedly", transaction, e);
            return new XaEvent.DecisionUnknown(e.toString());
        }
    }

    private List<DecisionRecord.Voted> voted(List<Integer> branches) {
        List<DecisionRecord.Voted> voted = new ArrayList<>(branches.size());
        for (int branch : branches) {
            voted.add(transaction.voted(branch));
        }
        return voted;
    }

    private XaEvent settle() {
        try {
            return new XaEvent.Settled(
                    Objects.requireNonNull(transaction.home()).abort(transaction.name()));
        } catch (RuntimeException e) {
            LOG.warn("{} is in doubt until decision store answers: {}", transaction, e.getMessage());
            return new XaEvent.DecisionUnknown(String.valueOf(e.getMessage()));
        }
    }

    private Ack finish(int number, boolean commit) {
        Limb limb = transaction.limb(number);
        Branch branch = limb.open();
        if (branch != null) {
            // the application waits: after an error it is told again by name, on another connection, from the backlog
            var budget = site.settings().ackWait();
            Ack ack = guarded(branch, () -> commit ? branch.commit(budget) : branch.rollback(budget), Ack.Retry::new);
            transaction.release(number);
            return ack;
        }
        var budget = site.settings().prepareBudget();
        BranchXid xid = limb.xid;
        if (xid == null) {
            // never named, so never prepared: with its connection it is gone
            return new Ack.Done();
        }
        DecisionRecord.Voted named = new DecisionRecord.Voted(xid, limb.resource, limb.incarnation, limb.hint);
        return guarded(null, () -> site.finish(named, commit, budget), Ack.Retry::new);
    }

    /**
     * What a resource throws although it must not is not known to have done anything, and what its connection holds then is anybody's guess:
     * it is cut.
     *
     * @param on the connection; null when it is told by name
     */
    private <T> T guarded(@Nullable Branch on, Supplier<T> call, Function<String, T> unknown) {
        try {
            return call.get();
        } catch (RejectedException e) {
            // says itself what to do: its resource is not configured here, for instance
            LOG.warn("{} waits: {}", transaction, e.getMessage());
            return unknown.apply(e.toString());
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: a resource failed unexpectedly", transaction, e);
            if (on != null) {
                on.cut();
            }
            return unknown.apply(e.toString());
        }
    }
}
