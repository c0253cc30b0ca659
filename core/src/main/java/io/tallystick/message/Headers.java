package io.tallystick.message;

/**
 * Names of message headers. {@code correlationid} and {@code causationid} are the names of the CloudEvents correlation
 * extension; the others are Tallystick's own.
 */
public final class Headers {
    /** One id through everything that belongs to one business transaction. */
    public static final String CORRELATION_ID = "correlationid";
    /** Id of the message that caused this one. */
    public static final String CAUSATION_ID = "causationid";
    /** Id of the saga that a command, reply or event belongs to; the instance of its {@link OperationKey}. */
    public static final String SAGA = "tally-saga";
    /** Name of the step. */
    public static final String STEP = "tally-step";
    /** {@link Phase#word()}. */
    public static final String PHASE = "tally-phase";
    /** Which execution of the step, from 1; part of the {@link OperationKey}. */
    public static final String EXECUTION = "tally-execution";
    /** Which try of the same execution, from 1; tells replies apart, never part of the idempotency key. */
    public static final String ATTEMPT = "tally-attempt";
    /** Epoch of the orchestrator that owns the saga; a participant refuses an older one than it has seen. */
    public static final String EPOCH = "tally-epoch";
    /** Name and version (hash) of the saga's definition. */
    public static final String DEFINITION = "tally-definition";
    /** The whole {@link OperationKey} as text. */
    public static final String OPERATION = "tally-operation";
    /** Name of the command, the key of the participant's allow-list of handlers; never a class name. */
    public static final String COMMAND = "tally-command";
    /** Name of the channel that the reply goes to. */
    public static final String REPLY_TO = "tally-reply-to";
    /** On a reply: {@link #DONE} or {@link #REFUSED}. */
    public static final String OUTCOME = "tally-outcome";
    /** On a refused reply: the code; the body then holds the reason. */
    public static final String REFUSAL_CODE = "tally-refusal-code";
    /** Value of {@link #OUTCOME}: the operation took effect. */
    public static final String DONE = "done";
    /** Value of {@link #OUTCOME}: the operation took no effect and never will under this key. */
    public static final String REFUSED = "refused";

    /**
     * Value of {@link #COMMAND} that every {@link Participant} understands: the saga in {@link #SAGA} has ended, its
     * barrier rows may go after the longest redelivery.
     */
    public static final String ENDED = "tally-ended";
    /** Signature over channel, key, body and the other headers; see {@link SignedChannel}. */
    public static final String SIGNATURE = "tally-signature";

    private Headers() {}
}
