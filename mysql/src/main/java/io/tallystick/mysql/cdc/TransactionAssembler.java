package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.GapException;
import io.tallystick.jdbc.UnavailableException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Puts events together to transactions and hands on the changes of those that were committed. What a prepared transaction has changed
 * is held until XA COMMIT, and dropped at XA ROLLBACK; statements that change rows without naming them are refused. For one thread.
 */
final class TransactionAssembler implements AutoCloseable {

    /** Marks the name of a transaction that was prepared before; see {@code GtidWatermark}. */
    static final String PREPARED = ";xa";

    private final LogProgress progress;
    private final Tables tables;
    private final PieceMaker pieces;
    private final HeldGroups held = new HeldGroups();
    private final RowsReader rows = new RowsReader();

    private @Nullable Gtid gtid;
    private Instant at = Instant.EPOCH;
    /** Whether the transaction has a beginning and an end of its own; else its one statement is all of it. */
    private boolean grouped;
    /** What XA PREPARE will hold, when this transaction may come to it. */
    private @Nullable HeldGroup preparing;

    TransactionAssembler(LogProgress progress, Tables tables, PieceMaker pieces) {
        this.progress = progress;
        this.tables = tables;
        this.pieces = pieces;
    }

    /** Takes the beginning of a transaction. */
    void begin(GtidEvent event) {
        abandon();
        gtid = event.gtid();
        at = event.at();
        grouped = event.grouped();
        preparing = event.prepares() ? new HeldGroup(event.gtid()) : null;
        pieces.begin(event.gtid(), at, "");
    }

    /** A file of the log begins: nothing goes on from the one before. */
    void abandon() {
        if (gtid != null && pieces.hasBegun()) {
            throw new UnavailableException(
                    "transaction " + gtid + " ends in the middle in the log; the server may have crashed");
        }
        gtid = null;
        closePreparing();
    }

    void tableMap(LogBytes body) {
        if (isOnlyRepeated()) {
            return;
        }
        int start = body.position();
        if (tables.map(body) && preparing != null) {
            preparing.add(EventType.TABLE_MAP, new LogBytes(body.bytes(), start, body.end()));
        }
    }

    void rows(int type, LogBytes body) throws InterruptedException {
        if (isOnlyRepeated()) {
            return;
        }
        int start = body.position();
        RowLayout layout = tables.of(body.u48());
        if (layout == null) {
            return;
        }
        if (preparing != null) {
            preparing.add(type, new LogBytes(body.bytes(), start, body.end()));
            return;
        }
        RowsEvent.Shape shape = RowsEvent.shape(type, layout.table().name());
        body.skip(2); // flags
        rows.read(shape.operation(), RowsEvent.rows(shape, body), layout, pieces::add);
    }

    /** Whether this was delivered before, and is not to be held either. */
    private boolean isOnlyRepeated() {
        return preparing == null && gtid != null && progress.isRepeated(gtid);
    }

    void statement(String sql, String schema) throws InterruptedException {
        StatementText statement = StatementText.of(sql, schema);
        switch (statement.kind()) {
            case BEGIN -> grouped = true;
            case COMMIT -> commit();
            case ROLLBACK -> rollback();
            case XA_START -> {
                grouped = true;
                preparing = preparing == null ? new HeldGroup(current()) : preparing;
            }
            case XA_COMMIT -> commitBranch(statement.branch());
            case XA_ROLLBACK -> rollbackBranch(statement.branch());
            case XA_END, SAVEPOINT -> {}
            case ROLLBACK_TO_SAVEPOINT ->
                refuse("goes back to a savepoint after it has changed tables without transactions", sql);
            default -> {
                affect(statement, sql);
                if (!grouped) {
                    commit();
                }
            }
        }
    }

    void refuseStatement(String what) {
        refuse(what, "");
    }

    /** XA PREPARE, or a commit in one phase of a branch that was never prepared. */
    void prepare(String branch, boolean onePhase) throws InterruptedException {
        HeldGroup group = preparing == null ? new HeldGroup(current()) : preparing;
        preparing = null;
        if (onePhase) {
            try (group) {
                if (!progress.isRepeated(group.gtid())) {
                    group.replay(this::replay);
                }
            }
            commit();
            return;
        }
        held.hold(branch, group);
        progress.hold(group.gtid());
        pieces.passed();
        gtid = null;
    }

    /** The transaction is committed. */
    void commit() throws InterruptedException {
        Gtid done = current();
        closePreparing();
        if (progress.isRepeated(done)) {
            progress.done(done);
        } else {
            pieces.end(done);
        }
        gtid = null;
    }

    private void commitBranch(String branch) throws InterruptedException {
        Gtid ending = current();
        boolean repeated = progress.isRepeated(ending);
        if (repeated && !held.has(branch)) {
            commit();
            return;
        }
        try (HeldGroup group = held.end(branch, ending)) {
            progress.release(group.gtid());
            if (!repeated) {
                pieces.begin(ending, at, PREPARED);
                group.replay(this::replay);
            }
        }
        commit();
    }

    private void rollbackBranch(String branch) throws InterruptedException {
        if (held.has(branch)) {
            try (HeldGroup group = held.end(branch, current())) {
                progress.release(group.gtid());
            }
        }
        commit();
    }

    private void replay(int type, LogBytes body) throws InterruptedException {
        if (type == EventType.TABLE_MAP) {
            tableMap(body);
        } else {
            rows(type, body);
        }
    }

    /** In row format a transaction is only rolled back in the log when it has changed tables without transactions too. */
    private void rollback() throws InterruptedException {
        if (pieces.hasChanges()) {
            refuse("was rolled back after it had changed tables without transactions", "ROLLBACK");
        }
        commit();
    }

    private void affect(StatementText statement, String sql) throws InterruptedException {
        boolean repeated = gtid != null && progress.isRepeated(gtid);
        switch (statement.kind()) {
            case TRUNCATE -> {
                if (!repeated && tables.isWanted(statement.table()) && statement.table() != null) {
                    pieces.add(Change.truncate(tables.table(statement.table())));
                }
            }
            case CHANGES_ROWS -> {
                if (!repeated) {
                    refuse(
                            "changes rows by a statement, so the log does not say which: SET GLOBAL binlog_format = ROW;",
                            sql);
                }
            }
            case CHANGES_UNSEEN -> {
                if (!repeated && tables.isWanted(statement.table())) {
                    refuse("takes rows away, or puts rows in, as DDL, so the log does not say which", sql);
                }
                tables.ddl();
            }
            case DDL -> tables.ddl();
            default -> {}
        }
    }

    private void refuse(String what, String sql) {
        String start = sql.length() > 120 ? sql.substring(0, 120) + "…" : sql;
        throw new GapException("transaction " + gtid + " " + what + (sql.isEmpty() ? "" : " (" + start + ")")
                + ". Compare the tables with their targets and bring them in line, then begin behind it");
    }

    private Gtid current() {
        if (gtid == null) {
            throw new GapException(
                    "the log holds a change without a GTID, which cannot be resumed from: switch GTIDs on (MySQL:"
                            + " gtid_mode = ON, enforce_gtid_consistency = ON) and compare the tables with their targets");
        }
        return gtid;
    }

    private void closePreparing() {
        if (preparing != null) {
            preparing.close();
            preparing = null;
        }
    }

    @Override
    public void close() {
        closePreparing();
        held.close();
    }
}
