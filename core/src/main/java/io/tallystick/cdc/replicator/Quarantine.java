package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes that the target refused stand here until a person replays or discards them, and with them every later change of the same
 * rows, in order; all others flow on. Written in the transaction that would have made the changes. One for each session; for one
 * thread.
 */
final class Quarantine {

    private static final int LONGEST_ERROR = 4_000;
    /** Before the operation of a change whose table was emptied afterwards: it is kept for people to read, and never made. */
    static final String VOID = "VOID ";

    /** Why a change waits that nobody refused. */
    static final String BEHIND = "waits for an earlier change of the same row";
    /** Begins why changes wait that were refused at the end of their transaction: they may need each other. */
    static final String AT_THE_END = "refused at the end of its transaction: ";

    static final String IN_FORCE = "operation NOT LIKE '" + VOID + "%'";
    /** Changes of the source that no mapping could make anything of: they hold nothing up. */
    static final String MAPPED = "operation NOT LIKE 'UNMAPPED%'";

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String pipeline;
    private final Set<String> held = new HashSet<>();
    /** The same, to be found under other spellings; made when a table is asked for first. */
    private final Map<TargetTable, HeldKeys> alike = new HashMap<>();

    private long timesWritten;
    /** How many changes wait, as far as this session knows: nobody else adds any, and a person takes some away. */
    private long known;
    /** How many of these no mapping could make anything of. */
    private long unmapped;
    /** Whether nobody takes any away before this transaction ends. */
    private boolean sure;

    private Quarantine(String pipeline) {
        this.pipeline = pipeline;
    }

    static Quarantine load(Tx tx, String pipeline) {
        Quarantine quarantine = new Quarantine(pipeline);
        quarantine.reload(tx);
        return quarantine;
    }

    /** Looks which rows still wait: a person may have let some go. */
    void reload(Tx tx) {
        held.clear();
        alike.clear();
        // an update may stand for two rows: the one that it finds, and the one that it makes
        List<List<String>> waiting = tx.query(
                "SELECT table_name, row_key, CASE WHEN operation = 'UPDATE' THEN image END AS made"
                        + " FROM tally_quarantine WHERE pipeline = ? AND " + MAPPED + " AND " + IN_FORCE,
                row -> rows(row.string("table_name"), row.string("row_key"), row.text("made")),
                pipeline);
        waiting.forEach(held::addAll);
        long inForce = count(tx);
        unmapped = inForce - waiting.size();
        known = inForce;
    }

    /**
     * Whoever sets changes aside behind others, and whoever takes some away, holds this lock to the end of his transaction: else a change
     * could go on waiting for one that has just been made, and nobody would make it.
     */
    static void lock(Tx tx, String pipeline) {
        tx.query(
                "SELECT epoch FROM tally_position WHERE pipeline = ? "
                        + tx.dialect().forUpdate(),
                row -> row.longValue("epoch"),
                pipeline);
    }

    /**
     * The same for a person, who does not wait for a runner without end.
     *
     * @throws ConflictException when the runner is in the middle of a long transaction; nothing happened
     */
    static void lockForPerson(Tx tx, String pipeline) {
        try {
            tx.waitingAtMost(PATIENCE, () -> {
                lock(tx, pipeline);
                return pipeline;
            });
        } catch (ConflictException e) {
            throw new ConflictException(
                    "the runner is in the middle of a transaction that sets changes of " + pipeline
                            + " aside; repeat it when that is done",
                    e);
        }
    }

    /** Another transaction, or what was done since a savepoint is undone: a person may take changes away again. */
    void letGo() {
        sure = false;
    }

    private void makeSure(Tx tx) {
        lock(tx, pipeline);
        if (count(tx) != known) {
            reload(tx);
        }
        sure = true;
    }

    private long count(Tx tx) {
        return tx.query(
                        "SELECT COUNT(*) AS n FROM tally_quarantine WHERE pipeline = ? AND " + IN_FORCE,
                        row -> row.longValue("n"),
                        pipeline)
                .get(0);
    }

    private static List<String> rows(String table, String key, @Nullable String made) {
        return made == null
                ? List.of(table + key)
                : List.of(table + key, table + StoredChange.parse(made).newKeyText());
    }

    int rows() {
        return held.size() + (int) unmapped;
    }

    /** Whether an earlier change of this row stands here, so that this one has to wait behind it. */
    boolean holds(Tx tx, TargetChange change) {
        if (held.isEmpty() || change.verb() == TargetChange.Verb.TRUNCATE || !remembers(tx, change)) {
            return false;
        }
        if (sure) {
            return true;
        }
        makeSure(tx);
        return remembers(tx, change);
    }

    private boolean remembers(Tx tx, TargetChange change) {
        // also a row that moves to a key for which others wait: their changes would be made on it later
        List<String> rows = rowsOf(change);
        if (rows.stream().anyMatch(held::contains)) {
            return true;
        }
        int name = change.table().name().toString().length();
        HeldKeys keys = alike.computeIfAbsent(change.table(), this::keysOf);
        return keys.holds(tx, change.named(), rows.get(0).substring(name))
                || rows.size() > 1
                        && keys.holds(tx, change.written(), rows.get(1).substring(name));
    }

    private HeldKeys keysOf(TargetTable table) {
        HeldKeys keys = new HeldKeys(table);
        String name = table.name().toString();
        held.stream().filter(row -> row.startsWith(name + "{")).forEach(row -> keys.add(row.substring(name.length())));
        return keys;
    }

    private void hold(List<String> rows) {
        for (String row : rows) {
            if (held.add(row)) {
                alike.forEach((table, keys) -> {
                    String name = table.name().toString();
                    if (row.startsWith(name + "{")) {
                        keys.add(row.substring(name.length()));
                    }
                });
            }
        }
    }

    /** How often something was written since this was made. */
    long timesWritten() {
        return timesWritten;
    }

    /** The table was emptied: what waits for its rows came before that, and would bring back rows that are gone. */
    void emptied(Tx tx, TableName table, Position position) {
        String name = table.toString();
        if (held.stream().noneMatch(key -> key.startsWith(name + "{"))) {
            return;
        }
        makeSure(tx);
        if (held.removeIf(key -> key.startsWith(name + "{"))) {
            timesWritten++;
            alike.clear();
            known -= tx.update(
                    "UPDATE tally_quarantine SET operation = CONCAT('" + VOID
                            + "', operation), error = CONCAT(?, error)"
                            + " WHERE pipeline = ? AND table_name = ? AND " + MAPPED + " AND "
                            + IN_FORCE,
                    "the table was emptied afterwards, at " + brief(position.text()) + "; ",
                    pipeline,
                    name);
        }
    }

    /** Sets a change aside. */
    void park(Tx tx, TargetChange change, Position position, String error) {
        insert(tx, change.table().name().toString(), StoredChange.of(change), position, error);
        hold(rowsOf(change));
    }

    /** Sets a change of the source aside that the mapping could make nothing of. It can be read and discarded, not replayed. */
    void parkUnmapped(Tx tx, Change change, Position position, RuntimeException reason) {
        insert(
                tx,
                change.table().name().toString(),
                StoredChange.unmapped(change),
                position,
                String.valueOf(reason.getMessage()));
        unmapped++;
    }

    private void insert(Tx tx, String table, StoredChange stored, Position position, String error) {
        timesWritten++;
        known++;
        tx.update(
                "INSERT INTO tally_quarantine (pipeline, table_name, row_key, operation, image, position, error, parked_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, " + tx.dialect().now() + ")",
                pipeline,
                table,
                stored.keyText(),
                stored.operation(),
                stored.text(),
                position.text(),
                brief(error));
    }

    /** An error may quote the value, and PostgreSQL keeps no text with the character zero. */
    static String brief(String error) {
        String text = error.replace("\0", "\\0");
        return text.length() > LONGEST_ERROR ? text.substring(0, LONGEST_ERROR) : text;
    }

    /** By what the row of a change is known here; one that is to get another key is known by both. */
    static List<String> rowsOf(TargetChange change) {
        String table = change.table().name().toString();
        List<String> rows =
                new ArrayList<>(List.of(table + StoredChange.of(change).keyText()));
        if (change.key() != null && change.row() != null && SourceOrder.standsAlone(change)) {
            TargetChange moved = new TargetChange(change.table(), change.verb(), null, change.row());
            rows.add(table + StoredChange.of(moved).keyText());
        }
        return rows;
    }
}
