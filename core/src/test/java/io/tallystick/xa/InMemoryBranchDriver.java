package io.tallystick.xa;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.InMemoryDatabase.Session;
import io.tallystick.xa.InMemoryDatabase.SessionGone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Branches in an {@link InMemoryDatabase}, over a {@link Wire} that may lose what it carries. */
final class InMemoryBranchDriver implements BranchDriver {

    private static final Duration USUAL = Duration.ofSeconds(3);

    private final InMemoryDatabase database;
    private final Wire wire;
    private final BooleanSupplier refuses;
    private final List<Session> sessions = new ArrayList<>();
    private int open;
    private String incarnation;

    InMemoryBranchDriver(InMemoryDatabase database, Wire wire, BooleanSupplier refuses) {
        this.database = database;
        this.wire = wire;
        this.refuses = refuses;
        this.incarnation = database.incarnation();
    }

    /** The process is dead; the server notices at some time. */
    void die() {
        sessions.forEach(session -> wire.lost(() -> database.disconnect(session)));
    }

    /** Branches that hold a connection. */
    int open() {
        return open;
    }

    @Override
    public String resource() {
        return database.name;
    }

    @Override
    public Traits traits() {
        return database.traits;
    }

    @Override
    public String incarnation() {
        return incarnation;
    }

    @Override
    public Branch open(Opening opening) {
        Session session = ask("open", database::connect);
        incarnation = session.incarnation;
        open++;
        sessions.add(session);
        return new InMemoryBranch(session, opening.xid());
    }

    @Override
    public List<PreparedBranch> prepared() {
        return ask("list prepared branches", () -> reached(database.list()));
    }

    @Override
    public Ack commit(BranchXid xid, String hint, Duration budget) {
        return finish(xid, true, budget);
    }

    @Override
    public Ack rollback(BranchXid xid, String hint, Duration budget) {
        return finish(xid, false, budget);
    }

    private Ack finish(BranchXid xid, boolean commit, Duration budget) {
        try {
            return wire.call(
                    (commit ? "commit " : "rollback ") + xid.number() + " by name",
                    budget,
                    () -> reached(database.finish(null, xid, commit)));
        } catch (Wire.Lost e) {
            return new Ack.Retry(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Optional<Ack.Found> fate(String hint) {
        return ask("fate", () -> database.fate(hint));
    }

    /** New connections lead to the server of now. */
    private <T> T reached(T answer) {
        incarnation = database.incarnation();
        return answer;
    }

    private <T> T ask(String what, Supplier<T> server) {
        try {
            return wire.call(what, USUAL, server);
        } catch (Wire.Lost e) {
            throw new UnavailableException(database.name + ": " + e.getMessage());
        }
    }

    @Override
    public List<Finding> examine() {
        return List.of();
    }

    @Override
    public void close() {}

    /** One connection. */
    final class InMemoryBranch implements Branch {
        private final Session session;
        private final @Nullable BranchXid startedAs;
        private boolean broken;
        private boolean mayBePrepared;
        private boolean released;

        InMemoryBranch(Session session, @Nullable BranchXid startedAs) {
            this.session = session;
            this.startedAs = startedAs;
        }

        void write(String row) {
            try {
                call("write", USUAL, () -> {
                    database.write(session, row);
                    return true;
                });
            } catch (Wire.Lost | SessionGone e) {
                throw new UnavailableException(database.name + ": " + e.getMessage());
            }
        }

        @Override
        public String resource() {
            return database.name;
        }

        @Override
        public String incarnation() {
            return session.incarnation;
        }

        @Override
        public boolean canDecide() {
            return database.decisions != null && startedAs == null;
        }

        @Override
        public @Nullable BranchXid startedAs() {
            return startedAs;
        }

        @Override
        public Vote prepare(BranchXid xid, Duration budget) {
            try {
                mayBePrepared = true;
                return call("prepare", budget, () -> database.prepare(session, xid, refuses.getAsBoolean()));
            } catch (Wire.Lost e) {
                return new Vote.Unknown(String.valueOf(e.getMessage()));
            } catch (SessionGone e) {
                return new Vote.No("its session is gone");
            }
        }

        @Override
        public LastWord commitAlone(@Nullable DecisionRecord riding, Duration budget) {
            try {
                return call(
                        "commit alone", budget, () -> database.commitAlone(session, riding, refuses.getAsBoolean()));
            } catch (Wire.Lost e) {
                return e.refused ? new LastWord.RolledBack("never sent") : new LastWord.Unknown("" + e.getMessage());
            } catch (SessionGone e) {
                return new LastWord.RolledBack("its session is gone");
            }
        }

        @Override
        public Ack commit(Duration budget) {
            return finish(true, budget);
        }

        @Override
        public Ack rollback(Duration budget) {
            if (mayBePrepared) {
                return finish(false, budget);
            }
            try {
                call("rollback", budget, () -> {
                    database.rollback(session);
                    return true;
                });
            } catch (Wire.Lost | SessionGone e) {
                // rolled back when the server notices
            }
            return new Ack.Done();
        }

        private Ack finish(boolean commit, Duration budget) {
            BranchXid xid = session.prepared;
            if (xid == null) {
                return new Ack.Retry("its vote is unknown");
            }
            try {
                return call(commit ? "commit" : "rollback prepared", budget, () -> {
                    if (!session.open) {
                        throw new SessionGone();
                    }
                    return database.finish(session, xid, commit);
                });
            } catch (Wire.Lost | SessionGone e) {
                return new Ack.Retry("connection lost");
            }
        }

        private <T> T call(String what, Duration budget, Supplier<T> server) {
            if (broken) {
                throw new Wire.Lost("connection is closed", true);
            }
            try {
                return wire.call(what, budget, server);
            } catch (Wire.Lost | SessionGone e) {
                broken = true;
                wire.lost(() -> database.disconnect(session));
                throw e;
            }
        }

        @Override
        public void cut() {
            broken = true;
            database.disconnect(session);
        }

        @Override
        public void release() {
            if (!released) {
                released = true;
                open--;
                sessions.remove(session);
                // what is broken is ended by the server when it notices
                if (!broken) {
                    database.disconnect(session);
                }
            }
        }
    }
}
