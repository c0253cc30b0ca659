package io.tallystick.xa;

import io.tallystick.xa.DecisionRecord.Voted;
import java.util.Optional;

/**
 * What it means that a resource does not know a branch. It is no proof that the branch has ended as it was told: something may hide it,
 * somebody may have ended it by hand, or another database may have taken the place of the one that prepared it. Stateless.
 */
final class Absence {

    private Absence() {}

    /**
     * The answer for a branch that its resource called absent, after two scans of that resource.
     *
     * @throws io.tallystick.jdbc.TallystickException when the resource could not be asked: nothing must be concluded
     */
    static Ack judged(BranchDriver driver, Voted branch, Verdict told) {
        for (int scan = 0; scan < 2; scan++) {
            if (driver.prepared().stream().anyMatch(p -> p.xid().equals(branch.xid()))) {
                return new Ack.Retry("it is still prepared, and something hides it");
            }
        }
        Optional<Ack.Found> fate = driver.fate(branch.hint());
        if (fate.isEmpty()) {
            return replaced(driver, branch.incarnation(), told)
                    .<Ack>map(evidence -> new Ack.Heuristic(Ack.Found.UNKNOWN, evidence))
                    .orElseGet(Ack.Done::new);
        }
        Ack.Found asTold = told == Verdict.COMMIT ? Ack.Found.COMMITTED : Ack.Found.ROLLED_BACK;
        return fate.get() == asTold
                ? new Ack.Done()
                : new Ack.Heuristic(fate.get(), evidence(driver, branch.hint(), fate.get()));
    }

    static String evidence(BranchDriver driver, String hint, Ack.Found fate) {
        return driver.resource() + " says of " + hint + ": " + fate;
    }

    /**
     * Evidence when the branch was to commit, and is looked for in another database than the one that prepared it: it may not have got
     * there. One that was to be rolled back has not outlived a failover either.
     *
     * @param preparedIn incarnation; empty if unknown
     */
    static Optional<String> replaced(BranchDriver driver, String preparedIn, Verdict told) {
        String now = driver.incarnation();
        return told == Verdict.ABORT || preparedIn.isEmpty() || preparedIn.equals(now)
                ? Optional.empty()
                : Optional.of("prepared in " + preparedIn + ", absent in " + now + ", which has taken its place");
    }
}
