package io.tallystick.message;

import io.tallystick.jdbc.Tx;
import java.util.List;
import java.util.Optional;

/**
 * Keeps a business resource (an account, a seat) for one saga until the saga has ended, so that no other saga builds on
 * what may still be undone. A row in the participant's database, taken and released in the participant's transactions;
 * it survives restarts and stays while the saga is parked. Take several in one order (sorted by name), and run the
 * transaction again on a {@link io.tallystick.jdbc.ConflictException}. Stateless and thread-safe.
 */
public final class SemanticLock {
    /** Refusal code for who comes while another saga has the resource; to wait instead, throw and come again. */
    public static final String LOCKED = "LOCKED";

    /**
     * Takes the resource for the instance, or finds that the instance has it already.
     *
     * @return empty if the instance has it now; otherwise the instance that has it
     */
    public Optional<String> acquire(Tx tx, String resource, String instance) {
        Names.require("resource", resource, 200);
        Names.require("instance", instance, OperationKey.MAX_INSTANCE);
        if (tx.insertFirst("tally_semantic_lock", List.of("resource", "instance"), resource, instance)) {
            return Optional.empty();
        }
        return tx.queryOne(
                        "SELECT instance FROM tally_semantic_lock WHERE resource = ? FOR UPDATE",
                        row -> row.string("instance"),
                        resource)
                .filter(holder -> !holder.equals(instance));
    }

    /**
     * Releases everything that the instance has: in its last compensation, or when it has ended. Nothing else releases:
     * no age and no failure.
     *
     * @return number of resources released
     */
    public int release(Tx tx, String instance) {
        return tx.update("DELETE FROM tally_semantic_lock WHERE instance = ?", instance);
    }
}
