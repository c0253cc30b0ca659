package io.tallystick.xa.http;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.Branch;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.Verdict;
import java.time.Duration;
import java.util.List;

/** A resource of another service, reached through that service's endpoints; any replica answers. Thread-safe. */
final class RemoteResource implements BranchDriver {

    private final String name;
    private final String service;
    private final Wire wire;

    /** @param name {@code service/resource} */
    RemoteResource(String name, Wire wire) {
        this.name = name;
        this.service = name.substring(0, name.indexOf('/'));
        this.wire = wire;
    }

    @Override
    public String resource() {
        return name;
    }

    @Override
    public Traits traits() {
        return new Traits(true, false, false);
    }

    /** The service itself looks after its databases' incarnations. */
    @Override
    public String incarnation() {
        return "";
    }

    @Override
    public Branch open(Opening opening) {
        throw new RejectedException("a branch on '" + name + "' begins when its service is called, not from here");
    }

    @Override
    public List<PreparedBranch> prepared() {
        return List.of();
    }

    @Override
    public Ack commit(BranchXid xid, String hint, Duration budget) {
        return finish(xid, hint, Verdict.COMMIT, budget);
    }

    @Override
    public Ack rollback(BranchXid xid, String hint, Duration budget) {
        return finish(xid, hint, Verdict.ABORT, budget);
    }

    private Ack finish(BranchXid xid, String hint, Verdict verdict, Duration budget) {
        String path = XaEndpoints.finishPath(name.substring(service.length() + 1), xid, verdict);
        Wire.Answer answer;
        try {
            answer = wire.post(service, path, hint, budget);
        } catch (RuntimeException e) {
            return new Ack.Retry(String.valueOf(e.getMessage()));
        }
        if (answer.status() == 409) {
            return heuristic(answer);
        }
        // a proxy has pages for 200, too: taken for the service's word one would let a decision be forgotten too early
        return answer.says(XaEndpoints.DONE)
                ? new Ack.Done()
                : new Ack.Retry(
                        "service '" + service + "' was told to end " + xid + " and answered " + answer.quoted());
    }

    private Ack heuristic(Wire.Answer answer) {
        String body = answer.body();
        int end = body.indexOf(' ');
        try {
            return new Ack.Heuristic(Ack.Found.valueOf(body.substring(0, Math.max(0, end))), body.substring(end + 1));
        } catch (IllegalArgumentException e) {
            return new Ack.Retry(
                    "service '" + service + "' answered with evidence that cannot be read, " + answer.quoted());
        }
    }

    @Override
    public List<Finding> examine() {
        return List.of();
    }

    @Override
    public void close() {
        // nothing of its own
    }
}
