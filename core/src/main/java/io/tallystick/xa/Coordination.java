package io.tallystick.xa;

import io.tallystick.xa.DecisionRecord.Voted;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shell around {@link XaMachine} for one transaction: lets it decide, performs the effects, and brings the answers back as events.
 *
 * <p>Threads: any may call; the lock guards the state and is never held across I/O. Of several branches to be asked at once the first is
 * asked by the calling thread, the others by workers.
 */
final class Coordination {

    private static final Logger LOG = LoggerFactory.getLogger(Coordination.class);

    private final Site site;
    private final Questions questions;
    private final Object lock = new Object();
    private final List<Limb> limbs = new ArrayList<>();
    private final Hearing hearing;
    private XaState state;
    private @Nullable Turn first;

    /** Nobody waits for it: whatever concerns a resource goes through the backlog, which probes one that hangs by one question only. */
    private final boolean background;

    private final Meters.@Nullable Watch watch;

    private volatile @Nullable Gtrid gtrid;
    private volatile @Nullable DecisionStore home;

    private Coordination(
            Site site, XaState state, @Nullable Gtrid gtrid, @Nullable DecisionStore home, boolean background) {
        this.site = site;
        this.questions = new Questions(site, this);
        this.hearing = new Hearing(site.clock());
        this.background = background;
        this.watch = background ? null : site.meters().begun();
        this.state = state;
        this.gtrid = gtrid;
        this.home = home;
    }

    static Coordination begin(Site site) {
        return new Coordination(site, XaState.begun(false), null, null, false);
    }

    /** Works for a coordinator elsewhere. */
    static Coordination subordinate(Site site, Gtrid gtrid) {
        return new Coordination(site, XaState.begun(true), gtrid, null, false);
    }

    /** Goes on with a decision that was found in its store; {@link #start} begins it. */
    static Coordination recover(Site site, DecisionStore home, DecisionRecord decision) {
        return found(site, XaMachine.recovered(decision), decision.gtrid(), home, decision.branches());
    }

    /** Settles what was prepared by a coordinator that is gone; {@link #start} begins it. */
    static Coordination orphan(Site site, DecisionStore home, Gtrid gtrid, List<Voted> prepared) {
        return found(site, XaMachine.orphaned(prepared), gtrid, home, prepared);
    }

    private static Coordination found(Site site, Turn turn, Gtrid gtrid, DecisionStore home, List<Voted> branches) {
        Coordination it = new Coordination(site, turn.next(), gtrid, home, true);
        it.first = turn;
        branches.forEach(b -> it.limbs.add(Limb.byName(b)));
        return it;
    }

    void start() {
        Turn turn = first;
        first = null;
        if (turn != null) {
            follow(turn);
        }
    }

    // ---- what is asked from outside

    /** Lets the machine decide about an event and performs what follows. Returns why the event was refused, or null. */
    @Nullable
    String accept(XaEvent event) {
        return follow(take(event));
    }

    @Nullable
    private String follow(Turn turn) {
        if (turn.refused() != null) {
            LOG.debug("{}: {}", this, turn.refused());
            return turn.refused();
        }
        // a loop and no recursion: the stack does not grow with the answers
        XaEffect question = perform(turn);
        while (question != null) {
            Turn next = take(questions.ask(question));
            if (next.refused() != null) {
                LOG.debug("{}: {}", this, next.refused());
                return null;
            }
            question = perform(next);
        }
        return null;
    }

    private Turn take(XaEvent event) {
        Vote.Prepared yes = event instanceof XaEvent.Voted voted && voted.vote() instanceof Vote.Prepared p ? p : null;
        String incarnation = yes == null ? "" : preparedIn(limb(((XaEvent.Voted) event).branch()));
        synchronized (lock) {
            Turn turn = XaMachine.decide(state, event);
            state = turn.next();
            if (yes != null && turn.refused() == null) {
                Limb limb = limb(((XaEvent.Voted) event).branch());
                limb.hint = yes.hint();
                limb.incarnation = incarnation;
            }
            return turn;
        }
    }

    /** Not simply the database of today: its connection may still lead to a former one. */
    private String preparedIn(Limb limb) {
        Branch open = limb.open();
        String known = open == null ? "" : open.incarnation();
        return known.isEmpty() ? site.incarnation(limb.resource) : known;
    }

    /** What has ended, or waits for a store that may stay away for long, holds no connection, save for those of {@link Kept}. */
    private void releaseEnded(XaState now) {
        boolean all = now.phase() == XaPhase.IN_DOUBT && now.told();
        for (XaState.Member member : now.members()) {
            boolean ended = member.status() == BranchStatus.ENDED;
            if (all || ended) {
                release(member.number());
            }
            if (ended && !site.kept().isEmpty()) {
                site.kept().ended(limb(member.number()).xid);
            }
        }
    }

    /** Adds a branch that has begun. Returns whether it may. */
    boolean join(Branch branch) {
        Turn turn;
        synchronized (lock) {
            turn = XaMachine.decide(state, new XaEvent.Joined(branch.resource()));
            if (turn.refused() == null) {
                state = turn.next();
                limbs.add(new Limb(branch.resource(), branch.startedAs(), branch));
            }
        }
        return turn.refused() == null;
    }

    /** Chooses the last participant and asks for the votes. Returns why it may not, or null. */
    @Nullable
    String commit() {
        Turn turn;
        synchronized (lock) {
            // one step: a branch that joins, or a name given, in between would put the decision where nobody looks for
            // it
            int last = lastParticipant();
            if (last != 0 && limbs.size() > 1) {
                fixHome(site.homes().usable(limb(last).resource));
            }
            turn = take(new XaEvent.CommitAsked(last, last != 0 && limbs.size() == 1 && isAskable(limb(last))));
        }
        return follow(turn);
    }

    /** Rolls back from another thread, while the application may be using its connections: they are cut first. */
    void timeOut() {
        List<Branch> atWork;
        Turn turn;
        synchronized (lock) {
            // one step: once the commit has begun none may be cut, for its connection may be somebody else's already
            atWork = branchesAtWork();
            turn = take(new XaEvent.TimedOut());
        }
        atWork.forEach(Branch::cut);
        follow(turn);
    }

    /** Its application waits no longer. */
    void giveUpWaiting() {
        hearing.tell(XaOutcome.UNKNOWN, "no answer in time");
        leaveWord();
    }

    /** A rollback needs no row; one whose application has heard "unknown" leaves its tombstone, or asking would never be answered. */
    private void leaveWord() {
        Gtrid name = gtrid;
        DecisionStore store = home;
        if (hearing.isUnclear() && name != null && store != null && phase() == XaPhase.ROLLED_BACK) {
            site.backlog().rolledBackUnheard(store, name);
        }
    }

    XaPhase phase() {
        synchronized (lock) {
            return state.phase();
        }
    }

    XaState state() {
        synchronized (lock) {
            return state;
        }
    }

    Meters.@Nullable Watch watch() {
        return watch;
    }

    Hearing hearing() {
        return hearing;
    }

    @Nullable
    Gtrid gtrid() {
        return gtrid;
    }

    @Nullable
    DecisionStore home() {
        return home;
    }

    /** The id, made now if there is none yet; from then on the home is fixed. */
    Gtrid name() {
        synchronized (lock) {
            Gtrid known = gtrid;
            if (known == null) {
                DecisionStore at = home == null ? site.homes().standard() : home;
                home = at;
                known = site.ids().gtrid(at);
                gtrid = known;
                if (!state.phase().isFinal()) {
                    site.named(known, this);
                }
            }
            return known;
        }
    }

    /** Fixes where the decision will be, unless that is fixed already. Returns whether it is there now. */
    boolean fixHome(@Nullable DecisionStore wanted) {
        synchronized (lock) {
            if (wanted == null || state.subordinate()) {
                return false;
            }
            if (home == null) {
                home = wanted;
            }
            return home == wanted;
        }
    }

    /** The branches that have voted yes, as the coordinator elsewhere must know them. */
    List<Voted> prepared() {
        synchronized (lock) {
            List<Voted> voted = new ArrayList<>();
            for (XaState.Member member : state.those(BranchStatus.PREPARED)) {
                voted.add(voted(member.number()));
            }
            return voted;
        }
    }

    /** No vote came in time from these: it counts as none. */
    void overdue() {
        for (XaState.Member member : state().those(BranchStatus.VOTING)) {
            Branch idle = limb(member.number()).giveUp();
            if (idle != null) {
                site.kept().giveBack(idle);
            }
            accept(new XaEvent.Voted(
                    member.number(),
                    new Vote.Unknown("no answer within "
                            + site.settings().prepareBudget().toMillis() + " ms")));
        }
    }

    /** A branch is not among the prepared ones any more. */
    void absent(int number) {
        accept(questions.gone(number));
    }

    /** Tells a branch again, or asks the store again. Returns why that was of no use, or null. */
    @Nullable
    String again(XaEffect effect) {
        XaEvent event = questions.ask(effect);
        accept(event);
        if (event instanceof XaEvent.DecisionUnknown unknown) {
            return unknown.why();
        }
        return event instanceof XaEvent.Answered answered && answered.ack() instanceof Ack.Retry retry
                ? retry.reason()
                : null;
    }

    // ---- choosing

    private int lastParticipant() {
        synchronized (lock) {
            if (state.subordinate()) {
                return 0;
            }
            if (limbs.size() == 1) {
                Branch only = limb(1).open();
                return only != null && only.canCommitAlone() ? 1 : 0;
            }
            // the latest to join of those that can: it has held its locks for the shortest time
            for (int number = limbs.size(); number > 0; number--) {
                Branch branch = limb(number).open();
                DecisionStore there = site.homes().usable(limb(number).resource);
                if (branch != null && branch.canDecide() && there != null && (home == null || home == there)) {
                    return number;
                }
            }
            return 0;
        }
    }

    /** A single branch needs no decision, unless somebody was given the name and may ask; and where a row can ride. */
    private boolean isAskable(Limb only) {
        Branch branch = only.open();
        return gtrid != null
                && branch != null
                && branch.canDecide()
                && home == site.homes().usable(only.resource);
    }

    // ---- performing

    /** Performs what follows from an event. Returns the question that the calling thread has to ask, if there is one. */
    private @Nullable XaEffect perform(Turn turn) {
        if (watch != null) {
            watch.reached(turn.next().phase());
        }
        hearing.reached(turn.next());
        releaseEnded(turn.next());
        XaEffect mine = null;
        for (XaEffect effect : turn.effects()) {
            if (performed(effect)) {
                continue;
            }
            if (mine == null) {
                mine = effect;
            } else {
                site.work(() -> accept(questions.ask(effect)));
            }
        }
        if (turn.next().phase().isFinal()) {
            finished();
        }
        return mine;
    }

    /** Returns false for a question, which is to be asked now. */
    private boolean performed(XaEffect effect) {
        if (effect instanceof XaEffect.Tell tell) {
            hearing.tell(tell.outcome(), tell.why());
        } else if (effect instanceof XaEffect.HandOver) {
            hearing.tell(XaOutcome.COMMITTED, null);
        } else if (effect instanceof XaEffect.End) {
            // a decision found in its store may be that of a transaction here whose mark was not written yet: what its
            // application was told is not known any more. And what seemed lost may come back and ask
            site.backlog()
                    .ended(Objects.requireNonNull(home), name(), hearing.isUnclear() || background || state().mixed());
        } else if (isForLater(effect)) {
            site.backlog().later(this, effect, resourceOf(effect));
        } else {
            return false;
        }
        return true;
    }

    private boolean isForLater(XaEffect effect) {
        return effect instanceof XaEffect.LookFor
                // evidence waits for nobody's turn: it is in the memory of this thread alone
                || background && !(effect instanceof XaEffect.KeepEvidence)
                || effect instanceof XaEffect.Settle settle && settle.again()
                || effect instanceof XaEffect.Commit commit && commit.again()
                || effect instanceof XaEffect.Rollback rollback && rollback.again();
    }

    BranchXid branchName(int number) {
        Gtrid global = name();
        synchronized (lock) {
            Limb limb = limb(number);
            BranchXid xid = limb.xid == null ? site.ids().branch(global, number, limb.resource) : limb.xid;
            limb.xid = xid;
            return xid;
        }
    }

    private void finished() {
        for (int number = 1; number <= limbs.size(); number++) {
            release(number);
        }
        site.finished(this);
        leaveWord();
    }

    void release(int number) {
        Branch branch = limb(number).letGo();
        if (branch != null) {
            site.kept().giveBack(branch);
        }
    }

    private List<Branch> branchesAtWork() {
        synchronized (lock) {
            if (state.phase() != XaPhase.ACTIVE && state.phase() != XaPhase.DOOMED) {
                return List.of();
            }
            return limbs.stream().map(Limb::open).filter(Objects::nonNull).toList();
        }
    }

    // ---- records

    Limb limb(int number) {
        synchronized (lock) {
            return limbs.get(number - 1);
        }
    }

    List<Limb> limbs() {
        synchronized (lock) {
            return List.copyOf(limbs);
        }
    }

    Voted voted(int number) {
        Limb limb = limb(number);
        return new Voted(Objects.requireNonNull(limb.xid), limb.resource, limb.incarnation, limb.hint);
    }

    String resourceOf(XaEffect effect) {
        if (effect instanceof XaEffect.Commit commit) {
            return limb(commit.branch()).resource;
        }
        if (effect instanceof XaEffect.Rollback rollback) {
            return limb(rollback.branch()).resource;
        }
        if (effect instanceof XaEffect.LookFor look) {
            return limb(look.branch()).resource;
        }
        DecisionStore at = home;
        return at == null ? "" : at.name();
    }

    @Override
    public String toString() {
        Gtrid known = gtrid;
        return "transaction " + (known == null ? "without a name yet" : known) + " (" + phase() + ")";
    }
}
