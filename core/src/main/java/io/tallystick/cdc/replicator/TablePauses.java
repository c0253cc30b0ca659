package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves tables out that a target takes no rows for any more, so that its other tables flow on, and takes them up when they fit again:
 * they are copied anew, and what the source has no more is deleted. Only tables that such a copy makes whole. What is left out stands at
 * the target before the first change is. For the thread of the target.
 */
final class TablePauses {

    private static final Logger LOG = LoggerFactory.getLogger(TablePauses.class);
    /**
     * So long a table is waited for, and not longer than the longest pause between tries: whoever puts another one in its place need not
     * have all of it copied anew.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final TargetTask task;
    private final TableWatch watch;
    /** Since when tables are found unfit, as long as nothing could be written. */
    private final Map<TableName, Instant> unfitSince = new HashMap<>();
    /** To be noted by the next session. */
    private Map<TableName, Unfit> found = new LinkedHashMap<>();

    private Map<TableName, PauseRows.Pause> pauses = Map.of();
    /** Why the target waits as a whole although only some of its tables are at fault. */
    private String hindrance = "";

    private Instant ordersSeen = Instant.EPOCH;
    private Instant nextLook = Instant.EPOCH;
    private int looks;

    TablePauses(TargetTask task) {
        this.task = task;
        this.watch = task.target().mapping().watch();
    }

    /** Looks after a failure whether some tables are to be left out from now on; if not, the target waits as a whole. */
    boolean foundAfter(RuntimeException failure) {
        hindrance = "";
        if (!found.isEmpty() || !isRefusal(failure)) {
            // found and not noted: the target itself is at fault
            return false;
        }
        try {
            Map<TableName, Unfit> unfit = new LinkedHashMap<>(watch.unfit());
            unfit.putAll(unfitAgain());
            found = alone(unfit);
        } catch (TallystickException e) {
            LOG.debug(
                    "target {}: its tables cannot be looked at now",
                    task.target().name(),
                    e);
        }
        return !found.isEmpty();
    }

    /** What the last look has found about tables that cannot be left out; empty when it has found none. */
    String hindrance() {
        return hindrance;
    }

    /** Refused by the database, or when its tables were looked at before anything was written. */
    private static boolean isRefusal(RuntimeException failure) {
        return failure instanceof RejectedException || failure.getCause() instanceof RejectedException;
    }

    /** Of tables that were taken up and are not whole yet nobody need have seen more than what stands at the target. */
    private Map<TableName, Unfit> unfitAgain() {
        Map<TableName, Unfit> again = new LinkedHashMap<>();
        pauses.forEach((source, pause) -> {
            Unfit unfit = pause.isLeftOut() ? null : look(source, pause);
            if (unfit != null) {
                again.put(source, unfit);
            }
        });
        return again;
    }

    private @Nullable Unfit look(TableName source, PauseRows.Pause pause) {
        return watch.look(source, pause.isWantedAsItIs() ? null : pause.written());
    }

    private Map<TableName, Unfit> alone(Map<TableName, Unfit> unfit) {
        if (unfit.isEmpty()) {
            return unfit;
        }
        Set<TableName> copied = task.settings().copyFirst() ? copiedOnce() : Set.of();
        Map<TableName, Unfit> alone = new LinkedHashMap<>();
        Map<TableName, String> others = new LinkedHashMap<>();
        unfit.forEach((source, each) -> {
            if (each.hindrance() != null) {
                others.put(source, each.hindrance());
            } else if (task.progress().hasEchoOf(each.written().keySet())) {
                others.put(
                        source, "another pipeline carries its changes back, and a copy would put older rows over them");
            } else if (copied.contains(source)) {
                Instant since = unfitSince.computeIfAbsent(source, name -> task.now());
                if (!task.now().isBefore(since.plus(patience()))) {
                    alone.put(source, each);
                }
            } else {
                others.put(
                        source,
                        task.settings().copyFirst()
                                ? "it is being copied for the first time"
                                : "copy_first: false, so nobody wants it copied");
            }
        });
        hindrance = others.entrySet().stream()
                .map(each -> "; the target waits as a whole, for " + each.getKey() + " cannot be left out: "
                        + each.getValue())
                .collect(Collectors.joining());
        return alone;
    }

    private Duration patience() {
        Duration longest = task.settings().longestPause();
        return longest.compareTo(PATIENCE) < 0 ? longest : PATIENCE;
    }

    private Set<TableName> copiedOnce() {
        return Jdbc.on(task.target().dataSource(), task.target().dialect())
                .autocommit(tx -> new LoadRows(tx, task.pipeline()).copiedOnce());
    }

    /** To be called when a session has begun, before anything is mapped. */
    void begin(TargetSession session) {
        PauseRows rows = new PauseRows(session.tx(), task.pipeline());
        Position position = session.position();
        Map<TableName, PauseRows.Pause> all = rows.all();
        // it may have been noted by a commit whose answer was lost
        found.keySet()
                .removeIf(source -> all.containsKey(source) && all.get(source).isLeftOut());
        if (found.isEmpty() || position == null) {
            adopt(all);
        } else {
            note(session, rows, position);
            adopt(rows.all());
        }
    }

    /** Nothing was left out yet: from this position on it is. */
    private void note(TargetSession session, PauseRows rows, Position position) {
        found.forEach((source, unfit) -> {
            rows.pause(source, unfit);
            audit(session, "table paused", source + " takes no rows", unfit.why());
        });
        session.commit(position);
        found.forEach((source, unfit) -> LOG.warn(
                "target {}: {} is left out from now on, its other tables flow on: {}{}",
                task.target().name(),
                source,
                unfit.why(),
                unfit.mend() == null ? "" : "; mend it with: " + unfit.mend()));
        found.clear();
        looks = 0;
        nextLook = nextLook();
    }

    /** From now on these stand at the target, and what the mapping makes follows them. */
    private void adopt(Map<TableName, PauseRows.Pause> all) {
        pauses = all;
        task.progress().pauses(all.values());
        watch.leaveOut(all.entrySet().stream()
                .filter(each -> each.getValue().isLeftOut())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()));
    }

    private Instant nextLook() {
        return task.now().plus(task.upstream().runtime().pause(task.settings(), looks++));
    }

    /**
     * To be called again and again between two transactions: takes up what fits again.
     *
     * @return whether something was: then a session is to begin that knows of it
     */
    boolean takesUp(TargetSession session) {
        unfitSince.clear();
        Position position = session.position();
        if (position == null || task.progress().status().paused().isEmpty()) {
            return false;
        }
        Instant now = task.now();
        boolean asked = !now.isBefore(ordersSeen.plus(task.ordersEvery()));
        boolean wanted = false;
        if (asked) {
            ordersSeen = now;
            Map<TableName, PauseRows.Pause> all = new PauseRows(session.tx(), task.pipeline()).all();
            session.rollback();
            wanted = !all.equals(pauses);
            pauses = all;
        }
        if (!wanted && now.isBefore(nextLook)) {
            return false;
        }
        boolean up = look(session, position);
        nextLook = nextLook();
        return up;
    }

    private boolean look(TargetSession session, Position position) {
        PauseRows rows = new PauseRows(session.tx(), task.pipeline());
        Set<TableName> up = new LinkedHashSet<>();
        boolean changed = false;
        for (Map.Entry<TableName, PauseRows.Pause> each : pauses.entrySet()) {
            TableName source = each.getKey();
            PauseRows.Pause pause = each.getValue();
            if (!pause.isLeftOut()) {
                continue;
            }
            Unfit unfit;
            try {
                unfit = look(source, pause);
            } catch (TallystickException e) {
                LOG.debug("target {}: {} cannot be looked at now", task.target().name(), source, e);
                continue;
            }
            if (unfit == null) {
                takeUp(session, source, pause, position);
                up.add(source);
            } else if (!unfit.why().equals(pause.told().why())) {
                rows.tell(source, unfit);
                changed = true;
            }
        }
        if (changed || !up.isEmpty()) {
            session.commit(position);
            adopt(rows.all());
            session.rollback();
            up.forEach(source -> LOG.info(
                    "target {}: {} takes rows again and is copied anew",
                    task.target().name(),
                    source));
        }
        return !up.isEmpty();
    }

    /** What waits in quarantine was refused by the past: the copy brings the rows as they are. */
    private void takeUp(TargetSession session, TableName source, PauseRows.Pause pause, Position position) {
        new PauseRows(session.tx(), task.pipeline()).takeUp(source, position);
        new LoadRows(session.tx(), task.pipeline()).resync(Set.of(source));
        Quarantine.lock(session.tx(), task.pipeline());
        String why = source + " takes rows again";
        ParkedAudit quarantine = new ParkedAudit(task.pipeline(), "discard", order(why));
        int waited = 0;
        for (TableName table : pause.written().keySet()) {
            waited += quarantine.letGoOf(session.tx(), table, "given up, for " + source + " is copied anew");
        }
        audit(
                session,
                "table taken up",
                why,
                "left out since " + pause.told().since() + "; copied anew, " + waited
                        + " changes in quarantine given up");
    }

    private void audit(TargetSession session, String act, String why, String detail) {
        PipelineBoard.audit(session.tx(), task.pipeline(), new PipelineBoard.Audit(act, order(why), detail));
    }

    private static PipelineOrders.Order order(String why) {
        return new PipelineOrders.Order("tallystick", why, Instant.EPOCH);
    }
}
