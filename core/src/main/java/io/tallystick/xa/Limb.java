package io.tallystick.xa;

import org.jspecify.annotations.Nullable;

/**
 * How the coordination reaches one branch: through its own still open connection, or by its name on any other. The open connection is guarded
 * here, the rest by the coordination's lock; the branch itself is used by one thread at a time.
 */
final class Limb {
    final String resource;

    @Nullable
    BranchXid xid;

    String hint = "";
    String incarnation = "";
    private @Nullable Branch open;
    private boolean asked;

    Limb(String resource, @Nullable BranchXid xid, @Nullable Branch open) {
        this.resource = resource;
        this.xid = xid;
        this.open = open;
    }

    static Limb byName(DecisionRecord.Voted branch) {
        Limb limb = new Limb(branch.resource(), branch.xid(), null);
        limb.hint = branch.hint();
        limb.incarnation = branch.incarnation();
        return limb;
    }

    @Nullable
    synchronized Branch open() {
        return open;
    }

    /** As {@link #open}, and from now on its vote is waited for on it, until {@link #heard}. */
    @Nullable
    synchronized Branch asked() {
        asked = true;
        return open;
    }

    /** Nobody waits for its vote any more. Returns whether it was given up meanwhile: then who waited gives it back. */
    synchronized boolean heard() {
        asked = false;
        return open == null;
    }

    /** From now on by name only. Returns what was open, to be released. */
    @Nullable
    synchronized Branch letGo() {
        Branch was = open;
        open = null;
        return was;
    }

    /** As {@link #letGo}, and cuts it. Returns what is to be released: nothing while somebody waits for its vote, who does that. */
    @Nullable
    Branch giveUp() {
        Branch stuck;
        boolean waitedFor;
        synchronized (this) {
            stuck = letGo();
            waitedFor = asked;
        }
        if (stuck != null) {
            stuck.cut();
        }
        return waitedFor ? null : stuck;
    }
}
