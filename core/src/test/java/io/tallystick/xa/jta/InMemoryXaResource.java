package io.tallystick.xa.jta;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jspecify.annotations.Nullable;

/** A resource that behaves as X/Open XA says, and remembers what it was told. */
final class InMemoryXaResource implements XAResource {

    private enum State {
        IDLE,
        ACTIVE,
        SUSPENDED,
        ENDED,
        PREPARED
    }

    final List<String> told = new ArrayList<>();
    private final List<InMemoryXaResource> manager;
    private State state = State.IDLE;

    @Nullable
    Xid branch;

    int voteNoWith;
    boolean readOnly;
    boolean joins = true;
    CountDownLatch mayEnd = new CountDownLatch(0);

    InMemoryXaResource() {
        this(new ArrayList<>());
    }

    private InMemoryXaResource(List<InMemoryXaResource> manager) {
        this.manager = manager;
        manager.add(this);
    }

    /** Another connection to the same resource manager. */
    InMemoryXaResource ofTheSameManager() {
        return new InMemoryXaResource(manager);
    }

    @Override
    public void start(Xid xid, int flags) throws XAException {
        told.add("start " + flag(flags));
        if (!joins && flags != TMNOFLAGS) {
            throw new XAException(XAException.XAER_INVAL);
        }
        State expected = switch (flags) {
            case TMNOFLAGS -> State.IDLE;
            case TMRESUME -> State.SUSPENDED;
            case TMJOIN -> state == State.IDLE && isKnown(xid) ? State.IDLE : State.ENDED;
            default -> throw new XAException(XAException.XAER_INVAL);
        };
        move(expected, State.ACTIVE);
        branch = xid;
    }

    @Override
    public void end(Xid xid, int flags) throws XAException {
        told.add("end " + flag(flags));
        if (state != State.ACTIVE && state != State.SUSPENDED) {
            throw new XAException(XAException.XAER_PROTO);
        }
        state = flags == TMSUSPEND ? State.SUSPENDED : State.ENDED;
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        told.add("prepare");
        if (manager.stream().anyMatch(one -> one.state == State.ACTIVE && xid.equals(one.branch))) {
            throw new XAException(XAException.XAER_PROTO);
        }
        if (voteNoWith != 0) {
            state = State.IDLE;
            throw new XAException(voteNoWith);
        }
        move(State.ENDED, readOnly ? State.IDLE : State.PREPARED);
        return readOnly ? XA_RDONLY : XA_OK;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        told.add(onePhase ? "commit in one phase" : "commit");
        awaitItsEnd();
        move(onePhase ? State.ENDED : State.PREPARED, State.IDLE);
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        told.add("rollback");
        if (state == State.IDLE) {
            throw new XAException(XAException.XAER_NOTA);
        }
        state = State.IDLE;
    }

    private boolean isKnown(Xid xid) {
        return manager.stream().anyMatch(one -> xid.equals(one.branch) && one.state != State.IDLE);
    }

    private void awaitItsEnd() throws XAException {
        try {
            mayEnd.await();
        } catch (InterruptedException e) {
            throw new XAException(XAException.XAER_RMFAIL);
        }
    }

    private void move(State from, State to) throws XAException {
        if (state != from) {
            throw new XAException(XAException.XAER_PROTO);
        }
        state = to;
    }

    private static String flag(int flags) {
        return switch (flags) {
            case TMNOFLAGS -> "new";
            case TMRESUME -> "resume";
            case TMJOIN -> "join";
            case TMSUCCESS -> "success";
            case TMFAIL -> "fail";
            case TMSUSPEND -> "suspend";
            default -> String.valueOf(flags);
        };
    }

    @Override
    public void forget(Xid xid) {
        told.add("forget");
    }

    @Override
    public Xid[] recover(int flag) {
        return new Xid[0];
    }

    @Override
    public boolean isSameRM(XAResource other) {
        return other instanceof InMemoryXaResource one && one.manager == manager;
    }

    @Override
    public int getTransactionTimeout() {
        return 0;
    }

    @Override
    public boolean setTransactionTimeout(int seconds) {
        return false;
    }
}
