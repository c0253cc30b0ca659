package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a database would refuse, before it gets there: in a batch one bad row fails all the others. The limits
 * are those of the columns, counted alike for every database.
 */
final class BatchCheck {

    private static final int KEY_CHARS = 200;
    private static final int STEP_CHARS = 100;
    /** A payload inside an intervention is escaped once more. */
    private static final int DATA_CHARS = 4 * PayloadCodec.LIMIT_CHARS;

    private final SagaEventCodec codec;

    BatchCheck(SagaEventCodec codec) {
        this.codec = codec;
    }

    /** @throws RejectedException naming the saga, the part and what is wrong with it */
    void check(SagaStore.Batch batch) {
        batch.starts().forEach(BatchCheck::check);
        for (SagaStore.StoredEvent event : batch.events()) {
            if (event.seq() < 1) {
                throw refused(event.saga(), "event number", "is " + event.seq() + ", expected at least 1");
            }
            check(event.saga(), codec.encode(event.event()));
        }
        batch.verdicts().forEach(verdict -> text(null, "refusal", verdict.refusal(), DATA_CHARS));
    }

    static void check(SagaStore.NewSaga start) {
        SagaHead head = start.head();
        if (head.businessKey().isEmpty()) {
            throw refused(head.id(), "business key", "is empty");
        }
        text(head.id(), "business key", head.businessKey(), KEY_CHARS);
        text(head.id(), "correlation id", head.correlationId(), KEY_CHARS);
        text(head.id(), "payload", start.payload(), DATA_CHARS);
        if (head.parent() != null) {
            text(head.id(), "parent step", head.parent().step(), STEP_CHARS);
        }
    }

    static void check(SagaId saga, SagaEventCodec.Coded event) {
        text(saga, "step", event.step(), STEP_CHARS);
        text(saga, "data of an event", event.data(), DATA_CHARS);
        if (event.execution() > Short.MAX_VALUE) {
            throw refused(saga, "execution of step '" + event.step() + "'", "is above " + Short.MAX_VALUE);
        }
    }

    private static void text(@Nullable SagaId saga, String what, @Nullable String value, int longest) {
        if (value == null) {
            return;
        }
        if (value.codePointCount(0, value.length()) > longest) {
            throw refused(saga, what, "has " + value.length() + " characters, expected at most " + longest);
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == 0) {
                throw refused(saga, what, "has a NUL at " + i + ", which no database text can hold");
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1));
                if (!pair) {
                    throw refused(saga, what, "has half a surrogate pair at " + i + ", which is no Unicode text");
                }
                i++;
            }
        }
    }

    private static RejectedException refused(@Nullable SagaId saga, String what, String problem) {
        return new RejectedException(
                (saga == null ? "" : "saga " + saga + ": ") + "its " + what + " " + problem + ". Nothing was stored");
    }
}
