package io.tallystick.xa.database;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** An XAResource that answers with the codes it was given, and lists what it was told to list. */
final class ScriptedXaResource implements XAResource {

    final List<String> calls = new ArrayList<>();
    final Set<Xid> listed = new LinkedHashSet<>();
    private final Deque<Integer> codes = new ArrayDeque<>();
    private int vote = XA_OK;

    /** The next answers to prepare, commit or rollback; 0 is none of the codes of XA, but drivers throw it. */
    ScriptedXaResource answering(Integer... next) {
        codes.addAll(List.of(next));
        return this;
    }

    ScriptedXaResource listing(Xid xid) {
        listed.add(xid);
        return this;
    }

    ScriptedXaResource voting(int next) {
        vote = next;
        return this;
    }

    private void answer(String call) throws XAException {
        calls.add(call);
        Integer code = codes.poll();
        if (code != null) {
            throw new XAException(code);
        }
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        answer("prepare");
        return vote;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        answer(onePhase ? "commit one phase" : "commit");
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        answer("rollback");
    }

    @Override
    public void start(Xid xid, int flags) {
        calls.add("start " + flags);
    }

    @Override
    public void end(Xid xid, int flags) {
        calls.add("end");
    }

    @Override
    public void forget(Xid xid) {
        calls.add("forget");
        listed.remove(xid);
    }

    @Override
    public Xid[] recover(int flag) {
        return listed.toArray(new Xid[0]);
    }

    @Override
    public boolean isSameRM(XAResource other) {
        throw new IllegalStateException("isSameRM is never to be trusted, so it is never to be asked");
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
