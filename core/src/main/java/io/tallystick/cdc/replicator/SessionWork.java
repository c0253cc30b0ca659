package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one session does with what was taken for its target, in that order: changes of the log, and rows that are copied. For one thread. */
final class SessionWork {

    private static final Logger LOG = LoggerFactory.getLogger(SessionWork.class);

    private final TargetTask task;
    private final TargetSession session;
    private final Unapplied unapplied;
    private final GroupApplier applier;
    private final GroupWork groups;
    private final LoadWork loads;
    private Instant ordersSeen;
    private boolean mayNotLetBe;
    /** The reading that gave something which is not applied yet: what comes behind it there is not either. */
    private @Nullable ChangeStream beyondApplied;

    SessionWork(TargetTask task, TargetSession session, Unapplied unapplied, LargeRefusal large) {
        this.task = task;
        this.session = session;
        this.unapplied = unapplied;
        LoadRows rows = new LoadRows(session.tx(), task.pipeline());
        task.progress().loads(rows.open());
        this.applier = new GroupApplier(
                session,
                task.target(),
                Quarantine.load(session.tx(), task.pipeline()),
                table -> task.progress().loads().containsKey(table),
                new EchoGuard(
                        session, task.upstream(), task.target(), task.settings().loop(), task.progress()::echoOf));
        task.progress().waiting(applier.quarantine());
        this.groups = new GroupWork(task, session, applier, unapplied, large);
        this.loads = new LoadWork(task, session, applier, rows);
        this.ordersSeen = task.now();
    }

    /** Commits what the session before has left, unless it was committed there although nobody heard of it. */
    void resume() {
        unapplied.dropIf(this::isApplied);
        groups.commitComplete();
    }

    /** The reading has begun anew: a transaction that is not complete is void. */
    void forgetBegun() {
        if (unapplied.isStreaming()) {
            session.rollback();
            applier.quarantine().reload(session.tx());
        }
        unapplied.voidBegun();
        groups.forgetPassed();
    }

    /** What was taken, in its order; what fails stays, to be made again in the next session. */
    void accept() {
        for (Delivery delivery = unapplied.next(); delivery != null; delivery = unapplied.next()) {
            letForeignKeysBe();
            if (delivery instanceof Delivery.Piece piece) {
                accept(piece);
            } else if (delivery instanceof Delivery.Loaded loaded) {
                groups.commitComplete();
                loads.load(loaded.chunk());
            }
            unapplied.seen();
        }
        groups.commitComplete();
        if (unapplied.begunChanges() >= task.settings().groupChanges()
                || unapplied.begunBytes() >= task.settings().queueBytes() / 4) {
            groups.stream();
        }
    }

    private void accept(Delivery.Piece delivery) {
        if (!comesAgain(delivery)) {
            unapplied.add(delivery);
        }
    }

    /** Compares positions only until it is clear: comparing costs more than all else that is done to a small piece here. */
    private boolean comesAgain(Delivery.Piece delivery) {
        ChangeStream reading = delivery.reading();
        if (reading != null && reading == beyondApplied) {
            return false;
        }
        boolean again = comesAgain(delivery.piece());
        beyondApplied = again ? null : reading;
        return again;
    }

    /** A spool may hold a stretch twice so close together that both are in one group. */
    private boolean comesAgain(TransactionPiece piece) {
        int complete = unapplied.complete().size();
        return complete == 0
                ? isApplied(piece)
                : task.covers(unapplied.complete().get(complete - 1).position(), piece.position());
    }

    private boolean isApplied(TransactionPiece piece) {
        Position applied = session.position();
        return applied != null && task.covers(applied, piece.position());
    }

    /** While tables are copied a child may come before its parent; both are there when all are done. */
    private void letForeignKeysBe() {
        boolean copying = !task.progress().loads().isEmpty();
        boolean outside = !unapplied.isStreaming() && unapplied.complete().isEmpty();
        if (!outside || copying != session.constraints().checksForeignKeys() || mayNotLetBe) {
            return;
        }
        if (!copying) {
            session.constraints().checkForeignKeys(true);
        } else if (task.target().mapping().copiesParentsToo()
                && !session.constraints().checkForeignKeys(false)) {
            mayNotLetBe = true;
            LOG.warn(
                    "target {}: its foreign keys are checked while tables are copied, so rows may be set aside whose parents come"
                            + " later; to avoid that: GRANT SET ON PARAMETER session_replication_role TO the pipeline's user",
                    task.target().name());
        }
    }

    /** Whether all that came is committed. */
    boolean isBetweenTransactions() {
        return !unapplied.isStreaming() && unapplied.complete().isEmpty();
    }

    /** To be called again and again: keeps the session, and looks whether a person has ordered something. */
    void stayAwake() {
        Instant now = task.now();
        session.stayAwake(now, unapplied.isStreaming());
        if (!unapplied.isStreaming() && !now.isBefore(ordersSeen.plus(task.ordersEvery()))) {
            ordersSeen = now;
            applier.quarantine().reload(session.tx());
            task.progress().waiting(applier.quarantine());
            loads.lookForOrders();
            session.rollback();
        }
    }
}
