package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a change from going back to the table that it came from: tells which changes would, and marks what is written, so that whoever
 * reads the target's log can tell as well. For one session and one thread.
 */
final class EchoGuard {

    private final TargetSession session;
    private final Upstream upstream;
    private final ReplicatedTarget target;
    private final LoopPolicy policy;
    private final Consumer<TableName> found;
    private @Nullable String asked;
    private boolean all;
    private Origin origin = new Origin("", Set.of());
    private final Map<TableName, Boolean> answers = new HashMap<>();

    /** @param found hears of tables of which an echo was found */
    EchoGuard(
            TargetSession session,
            Upstream upstream,
            ReplicatedTarget target,
            LoopPolicy policy,
            Consumer<TableName> found) {
        this.session = session;
        this.upstream = upstream;
        this.target = target;
        this.policy = policy;
        this.found = found;
    }

    /** To be called in a transaction before the first row is written. */
    void mark() {
        session.mark(upstream.originAt(target));
    }

    /** The same where nothing else will be written in this transaction, and little is. */
    void markSmall() {
        session.markAtCommit(upstream.originAt(target));
    }

    /** Whether a transaction of this origin is not to be written to this table. */
    boolean isEcho(@Nullable String tag, TableName table) {
        if (tag == null || policy.carriesAll()) {
            return false;
        }
        if (!Objects.equals(tag, asked)) {
            asked = tag;
            origin = Origin.parse(tag);
            all = policy.pipelines().contains(origin.name());
            answers.clear();
        }
        return answers.computeIfAbsent(table, this::isEcho);
    }

    private boolean isEcho(TableName table) {
        boolean echo = all || origin.isFrom(session.database(), table);
        if (echo) {
            found.accept(table);
        }
        return echo;
    }
}
