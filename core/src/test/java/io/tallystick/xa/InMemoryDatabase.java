package io.tallystick.xa;

import io.tallystick.xa.Ack.Found;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a database with prepared transactions. As MariaDB it hides a prepared branch from others while the session that
 * prepared it is attached; as PostgreSQL it tells the fate of a branch later. Prepared branches survive {@link #crash}. One thread at a time.
 */
final class InMemoryDatabase {

    /** Who wants to know what happens to prepared branches. */
    interface Observer {
        void prepared(BranchXid xid);

        void ended(BranchXid xid, boolean committed, boolean byHand);
    }

    /** One connection, seen from the server. */
    static final class Session {
        final Set<String> writes = new LinkedHashSet<>();
        final long number;
        final String incarnation;
        boolean open = true;

        @Nullable
        BranchXid prepared;

        boolean ended;

        Session(long number, String incarnation) {
            this.number = number;
            this.incarnation = incarnation;
        }
    }

    private record Prepared(
            Set<String> writes, String hint, @Nullable Session owner) {}

    /** The session is gone: its work was rolled back, unless it was prepared. */
    static final class SessionGone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SessionGone() {
            super("session is gone", null, false, false);
        }
    }

    final String name;
    final BranchDriver.Traits traits;
    final @Nullable DecisionStore decisions;
    private final InstantSource clock;
    private final Observer observer;
    /** How often each was written: a repeated request must not show twice. */
    private final Map<String, Integer> rows = new LinkedHashMap<>();

    private final Map<BranchXid, Prepared> prepared = new LinkedHashMap<>();
    private final Map<String, Found> fates = new LinkedHashMap<>();
    private final List<Session> sessions = new ArrayList<>();
    private long numbers;
    private int server = 1;
    boolean up = true;

    InMemoryDatabase(
            String name,
            BranchDriver.Traits traits,
            @Nullable DecisionStore decisions,
            InstantSource clock,
            Observer observer) {
        this.name = name;
        this.traits = traits;
        this.decisions = decisions;
        this.clock = clock;
        this.observer = observer;
    }

    boolean contains(String row) {
        return count(row) > 0;
    }

    int count(String row) {
        return rows.getOrDefault(row, 0);
    }

    /** Which server it is, as of {@link #failOver}. */
    String incarnation() {
        return "server " + server + " of " + name;
    }

    private void add(Set<String> writes) {
        writes.forEach(row -> rows.merge(row, 1, Integer::sum));
    }

    Set<BranchXid> prepared() {
        return Set.copyOf(prepared.keySet());
    }

    List<BranchXid> preparedInOrder() {
        return List.copyOf(prepared.keySet());
    }

    Session connect() {
        Session session = new Session(++numbers, incarnation());
        sessions.add(session);
        return session;
    }

    /** The connection is closed, or the server notices that it is lost. */
    void disconnect(Session session) {
        session.open = false;
        session.writes.clear();
        sessions.remove(session);
    }

    /** All sessions are gone; what is prepared stays. */
    void crash() {
        up = false;
        List.copyOf(sessions).forEach(this::disconnect);
    }

    /** A replica that has everything takes its place, down until somebody brings it up; it knows nothing of how branches have ended. */
    void failOver() {
        crash();
        fates.clear();
        server++;
    }

    /** An administrator ends a session. */
    void killSession(RandomGenerator chance) {
        if (!sessions.isEmpty()) {
            disconnect(sessions.get(chance.nextInt(sessions.size())));
        }
    }

    void write(Session session, String row) {
        working(session).writes.add(row);
    }

    private static Session working(Session session) {
        if (!session.open || session.ended || session.prepared != null) {
            throw new SessionGone();
        }
        return session;
    }

    Vote prepare(Session session, BranchXid xid, boolean refuses) {
        working(session);
        if (session.writes.isEmpty() && !traits.namedAtStart()) {
            session.ended = true;
            return new Vote.ReadOnly();
        }
        if (refuses) {
            session.ended = true;
            session.writes.clear();
            return new Vote.No("a constraint");
        }
        String hint = "xid8:" + name + ":" + session.number;
        prepared.put(xid, new Prepared(Set.copyOf(session.writes), hint, traits.namedAtStart() ? session : null));
        session.prepared = xid;
        observer.prepared(xid);
        return new Vote.Prepared(hint);
    }

    LastWord commitAlone(Session session, @Nullable DecisionRecord riding, boolean refuses) {
        working(session);
        session.ended = true;
        if (refuses) {
            session.writes.clear();
            return new LastWord.RolledBack("a deferred constraint");
        }
        if (riding != null && decisions != null && decisions.commit(riding) == Verdict.ABORT) {
            session.writes.clear();
            return new LastWord.Overruled();
        }
        add(session.writes);
        return new LastWord.Committed();
    }

    void rollback(Session session) {
        working(session);
        session.ended = true;
        session.writes.clear();
    }

    /** Phase 2 by name. @param from the session that asks */
    Ack finish(@Nullable Session from, BranchXid xid, boolean commit) {
        Prepared branch = prepared.get(xid);
        if (branch == null || branch.owner != null && branch.owner.open && branch.owner != from) {
            return new Ack.Absent();
        }
        end(xid, branch, commit, false);
        return new Ack.Done();
    }

    /** Somebody ends a prepared branch by hand. */
    void intervene(BranchXid xid, boolean commit) {
        Prepared branch = prepared.get(xid);
        if (branch != null) {
            end(xid, branch, commit, true);
        }
    }

    private void end(BranchXid xid, Prepared branch, boolean commit, boolean byHand) {
        prepared.remove(xid);
        if (branch.owner != null) {
            branch.owner.ended = true;
        }
        if (commit) {
            add(branch.writes);
        }
        fates.put(branch.hint, commit ? Found.COMMITTED : Found.ROLLED_BACK);
        observer.ended(xid, commit, byHand);
    }

    /** MariaDB does not know. */
    Optional<Found> fate(String hint) {
        return traits.namedAtStart() ? Optional.empty() : Optional.ofNullable(fates.get(hint));
    }

    List<BranchDriver.PreparedBranch> list() {
        return prepared.keySet().stream()
                .map(xid -> new BranchDriver.PreparedBranch(xid, traits.namedAtStart() ? null : clock.instant()))
                .toList();
    }
}
