package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two endpoints of a service, for any HTTP server. Every request must be signed; each is idempotent, so a replayed one does no harm.
 *
 * <ul>
 *   <li>{@code POST /branches/<resource>/<gtrid>/<qualifier>/commit|rollback}, body: what the vote said of the branch. 200 done · 409 ended otherwise, with evidence ·
 *       503 ask again
 *   <li>{@code GET /decisions/<gtrid>/<qualifier>}: 200 COMMIT or ABORT · 202 still active. The answer ABORT has written its tombstone
 * </ul>
 */
public final class XaEndpoints {

    /** Name of the header that carries a request's signature. */
    public static final String SIGNATURE_HEADER = Wire.SIGNATURE;

    private static final Logger LOG = LoggerFactory.getLogger(XaEndpoints.class);

    private final XaEngine engine;
    private final KeyRing keys;

    /** What a service answers, and nobody else, when a branch has ended as it was told. */
    static final String DONE = "done";

    /** An answer: status, and text for the body. */
    public record Reply(int status, String body) {}

    XaEndpoints(XaEngine engine, KeyRing keys) {
        this.engine = engine;
        this.keys = keys;
    }

    static String finishPath(String resource, BranchXid branch, Verdict verdict) {
        return "/branches/" + escaped(resource) + "/" + branch.gtrid() + "/" + branch.qualifier() + "/"
                + (verdict == Verdict.COMMIT ? "commit" : "rollback");
    }

    /** Web servers refuse an encoded slash in a path, as in the resource java:/orders; '~' never comes out of an encoder otherwise. */
    private static String escaped(String resource) {
        return URLEncoder.encode(resource, StandardCharsets.UTF_8).replace('%', '~');
    }

    private static String plain(String escaped) {
        return URLDecoder.decode(escaped.replace('~', '%'), StandardCharsets.UTF_8);
    }

    static String decisionPath(BranchXid branch) {
        return "/decisions/" + branch.gtrid() + "/" + branch.qualifier();
    }

    /**
     * Answers one request.
     *
     * @param path below the service's base URI, undecoded
     * @param signature value of the header Tally-Signature, or null
     */
    public Reply handle(String method, String path, String body, @Nullable String signature) {
        try {
            keys.verify(Wire.said(method, path, body), signature == null ? "" : signature, "the caller of " + path);
        } catch (RejectedException e) {
            return new Reply(403, String.valueOf(e.getMessage()));
        }
        try {
            return answer(method, path.split("/", -1), body);
        } catch (IllegalArgumentException | RejectedException e) {
            return new Reply(404, String.valueOf(e.getMessage()));
        } catch (TallystickException e) {
            return new Reply(503, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{} {} failed unexpectedly", method, path, e);
            return new Reply(
                    500, "failed unexpectedly: see the log of this service; nothing is known from this answer");
        }
    }

    private Reply answer(String method, String[] path, String body) {
        if (method.equals("POST") && path.length == 6 && path[1].equals("branches")) {
            Verdict verdict = switch (path[5].toLowerCase(Locale.ROOT)) {
                case "commit" -> Verdict.COMMIT;
                case "rollback" -> Verdict.ABORT;
                default -> throw new IllegalArgumentException("a branch is told to commit or rollback, not " + path[5]);
            };
            BranchNote note = BranchNote.read(body);
            return finish(
                    new Voted(branch(path[3], path[4]), plain(path[2]), note.incarnation(), note.hint()), verdict);
        }
        if (method.equals("GET") && path.length == 4 && path[1].equals("decisions")) {
            return decide(branch(path[2], path[3]));
        }
        return new Reply(404, "no such endpoint: expected POST /branches/… or GET /decisions/…");
    }

    private static BranchXid branch(String gtrid, String qualifier) {
        return BranchXid.of(Gtrid.parse(gtrid), qualifier)
                .orElseThrow(() -> new IllegalArgumentException("'" + qualifier + "' is no branch qualifier"));
    }

    private Reply finish(Voted branch, Verdict verdict) {
        Ack ack = engine.finish(branch, verdict);
        if (ack instanceof Ack.Done) {
            return new Reply(200, DONE);
        }
        if (ack instanceof Ack.Heuristic heuristic) {
            if (heuristic.found() == (verdict == Verdict.COMMIT ? Ack.Found.COMMITTED : Ack.Found.ROLLED_BACK)) {
                // told before, or it has asked for the decision itself
                return new Reply(200, DONE);
            }
            LOG.error(
                    "branch {} on '{}' was told to {}, and ended otherwise: {}; its coordinator keeps the evidence",
                    branch.xid(),
                    branch.resource(),
                    verdict,
                    heuristic);
            return new Reply(409, heuristic.found() + " " + heuristic.evidence());
        }
        return new Reply(503, ack instanceof Ack.Retry retry ? retry.reason() : "ask again");
    }

    private Reply decide(BranchXid branch) {
        Optional<Verdict> verdict = engine.decideFor(branch);
        return verdict.map(v -> new Reply(200, v.name())).orElseGet(() -> new Reply(202, "still active"));
    }
}
