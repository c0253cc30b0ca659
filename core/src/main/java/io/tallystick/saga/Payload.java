package io.tallystick.saga;

import org.jspecify.annotations.Nullable;

/**
 * The data of a saga: JSON for the store, and beside it the decoded value so that steps in one process need not decode
 * it again. Two payloads are equal when their JSON is. Safe for several threads: decoding twice gives equal values.
 */
final class Payload {

    private static final PayloadCodec MERGE = new PayloadCodec();

    private final String json;
    private volatile @Nullable Object value;

    private Payload(String json, @Nullable Object value) {
        this.json = json;
        this.value = value;
    }

    static Payload of(String json) {
        return new Payload(json, null);
    }

    static Payload of(String json, Object value) {
        return new Payload(json, value);
    }

    /** The payload after a step changed some of its fields. */
    Payload changedBy(String changes) {
        return of(MERGE.merge(json, changes));
    }

    String json() {
        return json;
    }

    <D> D as(Class<D> type, PayloadCodec codec) {
        Object known = value;
        if (type.isInstance(known)) {
            return type.cast(known);
        }
        D decoded = codec.decode(json, type);
        value = decoded;
        return decoded;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Payload payload && json.equals(payload.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    @Override
    public String toString() {
        return json;
    }
}
