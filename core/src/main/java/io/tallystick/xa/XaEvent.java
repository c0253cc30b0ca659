package io.tallystick.xa;

import org.jspecify.annotations.Nullable;

/** What can happen to a transaction. */
sealed interface XaEvent {

    record Joined(String resource) implements XaEvent {}

    record RollbackOnly(String why) implements XaEvent {}

    /**
     * The application asks for a commit.
     *
     * @param lastParticipant the branch that commits by itself: the only one, or the one whose own commit shall carry the decision; 0: all
     *     are prepared, and the store writes the decision
     * @param askable somebody was given the transaction's name and may ask for its outcome: a decision is stored even for a single branch
     */
    record CommitAsked(int lastParticipant, boolean askable) implements XaEvent {
        CommitAsked(int lastParticipant) {
            this(lastParticipant, false);
        }
    }

    record RollbackAsked(String why) implements XaEvent {}

    /** The deadline has passed. */
    record TimedOut() implements XaEvent {}

    record Voted(int branch, Vote vote) implements XaEvent {}

    /** The local commit of the only branch, or of the last participant with its decision row, was answered. */
    record Spoken(int branch, LastWord word) implements XaEvent {}

    /** The store answered the attempt to write the decision. */
    record Decided(Verdict verdict) implements XaEvent {}

    /** The store was not reached: certainly nothing is written. */
    record NotDecided(String why) implements XaEvent {}

    /** The store's answer was lost: the decision may be durable. */
    record DecisionUnknown(String why) implements XaEvent {}

    /** The store said who was first, in answer to the tombstone of this coordinator. */
    record Settled(Verdict verdict) implements XaEvent {}

    record Answered(int branch, Ack ack) implements XaEvent {}

    /**
     * A branch that was absent is, in two scans one after the other, not among the prepared ones.
     *
     * @param fate what became of it, or null when its resource cannot tell: then it has ended as it was told
     */
    record Gone(int branch, Ack.@Nullable Found fate, String evidence) implements XaEvent {}

    /** A branch that was absent is still prepared: something hid it. */
    record StillThere(int branch) implements XaEvent {}

    /** The evidence that a branch ended otherwise than decided is stored. */
    record EvidenceKept(int branch) implements XaEvent {}

    /** The application has waited long enough for acknowledgements. */
    record WaitedEnough() implements XaEvent {}
}
