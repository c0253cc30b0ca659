package io.tallystick.xa;

import io.tallystick.xa.XaCase.Choice;
import java.util.List;

/** What a person can order about a transaction, and what each order risks. Stateless. */
final class XaChoices {

    private XaChoices() {}

    static List<Choice> of(XaCase it) {
        return List.of(of(it, Verdict.COMMIT), of(it, Verdict.ABORT));
    }

    static Choice of(XaCase it, Verdict verdict) {
        return verdict == Verdict.COMMIT ? commit(it) : abort(it);
    }

    private static Choice commit(XaCase it) {
        return switch (it.phase()) {
            case DECIDED, FINISHED ->
                possible(
                        Verdict.COMMIT,
                        "finishes what was decided: commits the branches that the decision lists, rolls back any other;"
                                + " no risk");
            case TOMBSTONE ->
                impossible(
                        Verdict.COMMIT,
                        "a tombstone is durable in '" + it.home().store()
                                + "': branches may have been rolled back already, and the others must follow");
            case UNDECIDED ->
                forced(
                        Verdict.COMMIT,
                        alive(it)
                                + "commits the prepared branches although their coordinator did not decide it: what its last"
                                + " participant wrote without preparing is gone, so the halves may differ; leaves heuristic"
                                + " records");
            case UNKNOWN ->
                forced(
                        Verdict.COMMIT,
                        noStore(it) + "commits the branches found without knowing the decision: if it was rolled back"
                                + " elsewhere the halves differ; leaves heuristic records");
        };
    }

    private static Choice abort(XaCase it) {
        return switch (it.phase()) {
            case DECIDED, FINISHED ->
                impossible(
                        Verdict.ABORT,
                        "a decision to commit is durable in '" + it.home().store()
                                + "', and some branch may have committed by it: the only way on is to commit the others");
            case TOMBSTONE -> possible(Verdict.ABORT, "rolls back the branches that are still prepared; no risk");
            case UNDECIDED -> {
                String means = "writes a tombstone, which its coordinator obeys, and rolls back the prepared branches";
                yield it.home().coordinatorLives()
                        ? forced(Verdict.ABORT, alive(it) + means + "; its application is told that it was rolled back")
                        : possible(Verdict.ABORT, means + "; no risk: it was never decided");
            }
            case UNKNOWN ->
                forced(
                        Verdict.ABORT,
                        noStore(it) + "rolls back the branches found without knowing the decision: if it was committed"
                                + " elsewhere the halves differ; leaves heuristic records");
        };
    }

    private static String alive(XaCase it) {
        return it.home().coordinatorLives()
                ? "its coordinator is alive and may be deciding it now, so wait first; when forced it "
                : "";
    }

    private static String noStore(XaCase it) {
        return it.home().store().isEmpty()
                ? "its decision store is not given, so give it first; when forced it "
                : "its decision store '" + it.home().store()
                        + "' cannot be read now, so wait for it, or mend that, first; when forced it ";
    }

    private static Choice possible(Verdict verdict, String means) {
        return new Choice(verdict, true, false, means);
    }

    private static Choice forced(Verdict verdict, String means) {
        return new Choice(verdict, true, true, means);
    }

    private static Choice impossible(Verdict verdict, String why) {
        return new Choice(verdict, false, false, why);
    }
}
