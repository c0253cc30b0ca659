package io.tallystick.saga;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sagas in PostgreSQL, MariaDB or MySQL. Keeps no connection; give it a pool. Thread-safe. */
final class JdbcSagaStore implements SagaStore {

    private static final int ATTEMPTS = 3;

    private final Jdbc jdbc;
    private final SagaEventCodec codec = new SagaEventCodec();
    private final BatchCheck check = new BatchCheck(codec);
    private final SagaCatalog catalog;
    private final SagaReader reader;
    private final SagaEngines engines;
    private final SagaWriter writer;
    private final FinishedSagas finished;

    /** Connects, to learn which database it is. */
    JdbcSagaStore(Jdbc jdbc) {
        this.jdbc = jdbc;
        this.catalog = new SagaCatalog(jdbc);
        this.reader = new SagaReader(catalog, codec);
        this.engines = new SagaEngines(jdbc);
        this.finished = new FinishedSagas(jdbc, catalog);
        this.writer = jdbc.dialect().isInnoDb() ? new InnoDbSagaWriter(jdbc) : new PostgresSagaWriter(jdbc);
    }

    @Override
    public Lease join(String name, Duration lease) {
        return engines.join(name, lease);
    }

    @Override
    public Lease renew(Lease lease, Duration by) {
        return engines.renew(lease, by);
    }

    @Override
    public void leave(Lease lease) {
        engines.leave(lease);
    }

    @Override
    public Instant now() {
        return jdbc.autocommit(
                tx -> tx.queryOne("SELECT " + tx.dialect().now() + " AS clock", row -> row.instant("clock"))
                        .orElseThrow());
    }

    @Override
    public void define(SagaGraph graph) {
        catalog.define(graph);
    }

    @Override
    public Written write(Lease lease, Batch batch) {
        return write(lease, batch, SagaWriter.Patience.USUAL);
    }

    @Override
    public Written writeHardlyWaiting(Lease lease, Batch batch) {
        return write(lease, batch, SagaWriter.Patience.HARDLY_ANY);
    }

    private Written write(Lease lease, Batch batch, SagaWriter.Patience patience) {
        check.check(batch);
        SagaRows rows = SagaRows.of(batch, catalog, codec);
        for (int attempt = 1; ; attempt++) {
            try {
                return written(lease, writer.write(lease, rows, patience));
            } catch (RejectedException e) {
                throw explained(e, lease, rows);
            } catch (ConflictException e) {
                // two engines that start sagas of the same keys in another order: the victim only has to come again
                if (attempt == ATTEMPTS || !isDeadlock(e)) {
                    throw e;
                }
            }
        }
    }

    private boolean isDeadlock(ConflictException e) {
        return e.getCause() instanceof SQLException sql && SqlErrors.isDeadlock(sql, jdbc.dialect());
    }

    @Override
    public Written together(Lease lease, LocalUnit work) throws Exception {
        try {
            return jdbc.inTransaction(tx -> finish(tx, lease, run(work, tx)));
        } catch (WorkFailed e) {
            throw e.failure;
        } catch (NotStored e) {
            // only now is the connection given back: asking on a second one meanwhile could exhaust the pool
            throw explained(e.rejected, lease, e.rows);
        }
    }

    private static Batch run(LocalUnit work, Tx tx) {
        try {
            return work.run(tx);
        } catch (Exception e) {
            throw new WorkFailed(e);
        }
    }

    private Written finish(Tx tx, Lease lease, Batch batch) {
        check.check(batch);
        SagaRows rows = SagaRows.of(batch, catalog, codec);
        try {
            return written(lease, writer.finish(tx, lease, rows));
        } catch (RejectedException e) {
            throw new NotStored(e, rows);
        }
    }

    @Override
    public Written startIn(Tx tx, Lease lease, NewSaga start) {
        BatchCheck.check(start);
        Batch batch = new Batch(List.of(start), List.of(), List.of(), List.of());
        SagaRows rows = SagaRows.of(batch, catalog, codec);
        Written written = written(lease, writer.startIn(tx, lease, rows.starts().get(0)));
        if (written.existing().isEmpty() && !tx.hasCommitHooks()) {
            SagaRequests.leave(tx, start.head().id(), null);
        }
        return written;
    }

    private static Written written(Lease lease, SagaWriter.Result result) {
        if (result.fenced()) {
            throw new Fenced(lease);
        }
        return result.existing().isEmpty() ? Written.ALL : new Written(Map.copyOf(result.existing()));
    }

    /** A rejected batch may mean a usurped lease or a number that another owner wrote: the tables know. */
    private RuntimeException explained(RejectedException rejected, Lease lease, SagaRows rows) {
        if (!engines.isCurrent(lease)) {
            Fenced fenced = new Fenced(lease);
            fenced.addSuppressed(rejected);
            return fenced;
        }
        for (SagaRows.Event event : rows.events()) {
            int last = event.fresh() ? -1 : lastSeq(event.saga()).orElse(-1);
            if (last >= event.seq()) {
                return new ConflictException(
                        "saga " + event.saga() + ": event " + event.seq() + " is taken, the last one stored is " + last
                                + "; load the saga again",
                        rejected);
            }
        }
        return rejected;
    }

    @Override
    public Optional<Integer> lastSeq(SagaId saga) {
        return jdbc.autocommit(tx -> tx.queryOne(
                "SELECT (SELECT max(e.seq) FROM tally_saga_event e WHERE e.saga_id = s.id) AS last"
                        + " FROM tally_saga s WHERE s.id = ?",
                row -> row.isNull("last") ? 0 : row.intValue("last"),
                saga.value()));
    }

    @Override
    public Optional<StoredSaga> load(SagaId saga) {
        return jdbc.autocommit(tx -> reader.sagas(tx, "s.id = ?", saga.value())).stream()
                .findFirst();
    }

    @Override
    public Optional<SagaId> find(String type, String businessKey) {
        return jdbc.autocommit(tx -> tx.queryOne(
                "SELECT s.id FROM tally_saga s JOIN tally_saga_type t ON t.id = s.type_id"
                        + " WHERE t.name = ? AND s.business_key = ?",
                row -> SagaReader.id(row, "id"),
                type,
                businessKey));
    }

    @Override
    public List<StoredSaga> mine(Lease lease, @Nullable SagaId after, int limit) {
        return jdbc.autocommit(tx -> reader.sagas(
                tx,
                "s.owner = ? AND s.id > ? ORDER BY s.id " + tx.dialect().limit(limit),
                lease.engine(),
                after == null ? Long.MIN_VALUE : after.value()));
    }

    @Override
    public int takeOver(Lease lease) {
        return engines.takeOver(lease);
    }

    @Override
    public List<Request> requests(Lease lease, int limit) {
        return jdbc.autocommit(tx -> SagaRequests.open(tx, reader, lease, limit));
    }

    @Override
    public Finished finished(Lease lease, Retention retention, @Nullable SagaId after, int limit) {
        return finished.find(lease, retention, after, limit);
    }

    @Override
    public int forget(List<SagaId> sagas) {
        return finished.forget(sagas);
    }

    @Override
    public void close() {
        // the pool belongs to whoever gave it
    }

    /** Carries the work's own exception out of the transaction. */
    private static final class WorkFailed extends RuntimeException {
        private final Exception failure;

        WorkFailed(Exception failure) {
            super(failure);
            this.failure = failure;
        }
    }

    /** Carries a rejected batch out of the transaction, to be explained there. */
    private static final class NotStored extends RuntimeException {
        private final RejectedException rejected;
        private final transient SagaRows rows;

        NotStored(RejectedException rejected, SagaRows rows) {
            super(rejected);
            this.rejected = rejected;
            this.rows = rows;
        }
    }
}
