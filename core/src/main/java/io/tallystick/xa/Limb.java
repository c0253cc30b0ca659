package io.tallystick.xa;

import org.jspecify.annotations.Nullable;

/**
 * How the coordination reaches one branch: through its own still open connection, or by its name on any other. Guarded by the
 * coordination's lock; the branch itself is used by one thread at a time.
 */
final class Limb {
    final String resource;

    @Nullable
    BranchXid xid;

    String hint = "";
    String incarnation = "";
    private @Nullable Branch open;

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
    Branch open() {
        return open;
    }

    /** From now on by name only. Returns what was open, to be released. */
    @Nullable
    Branch letGo() {
        Branch was = open;
        open = null;
        return was;
    }
}
