package io.tallystick.xa;

import java.util.List;

/**
 * What became of an order.
 *
 * @param text one sentence for a person
 * @param steps what each branch answered
 */
public record XaReceipt(Gtrid gtrid, Result result, String text, List<Step> steps) {

    public XaReceipt {
        steps = List.copyOf(steps);
    }

    /** How it ended. */
    public enum Result {
        /** Every branch has followed. */
        DONE,
        /** Nothing was done. */
        REFUSED,
        /** The verdict stands, but not every branch is known to have followed: repeat it, or let an engine finish it. */
        UNFINISHED
    }

    /** What one branch was told, and answered. */
    public record Step(BranchXid branch, String resource, Verdict told, Ack answer) {

        boolean done() {
            return answer instanceof Ack.Done;
        }
    }
}
