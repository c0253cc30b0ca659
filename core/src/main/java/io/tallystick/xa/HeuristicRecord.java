package io.tallystick.xa;

import java.time.Instant;

/**
 * A branch that ended otherwise than decided, or was ended by policy or by a person. Kept until somebody deletes it.
 *
 * @param decided what the coordinator had decided
 * @param evidence what the resource said or showed, or whose policy or order it was
 */
public record HeuristicRecord(
        BranchXid branch, String resource, Verdict decided, Ack.Found found, String evidence, Instant at) {}
