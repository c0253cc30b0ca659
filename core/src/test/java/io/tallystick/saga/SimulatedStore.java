package io.tallystick.saga;

import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A store whose connection breaks: before the work, or after the commit so that its answer is lost. */
final class SimulatedStore implements SagaStore {

    private final InMemorySagaStore store;
    private final SimulatedWorld world;
    private final RandomGenerator random;
    private double faults;

    SimulatedStore(InMemorySagaStore store, SimulatedWorld world, RandomGenerator random, double faults) {
        this.store = store;
        this.world = world;
        this.random = random;
        this.faults = faults;
    }

    void heal() {
        faults = 0;
    }

    private void maybeDown() {
        if (random.nextDouble() < faults) {
            throw new UnavailableException("the simulated database is away");
        }
    }

    private void maybeLoseTheAnswer() {
        if (random.nextDouble() < faults) {
            throw new UnknownOutcomeException("the simulated connection broke during COMMIT");
        }
    }

    @Override
    public Written write(Lease lease, Batch batch) {
        maybeDown();
        maybeLoseTheAnswer();
        Written written = store.write(lease, batch);
        maybeLoseTheAnswer();
        return written;
    }

    @Override
    public Written together(Lease lease, LocalUnit work) throws Exception {
        maybeDown();
        world.beginTransaction();
        Written written = store.together(lease, work);
        world.commitTransaction();
        maybeLoseTheAnswer();
        return written;
    }

    @Override
    public Lease join(String name, Duration lease) {
        return store.join(name, lease);
    }

    @Override
    public Lease renew(Lease lease, Duration by) {
        maybeDown();
        return store.renew(lease, by);
    }

    @Override
    public void leave(Lease lease) {
        store.leave(lease);
    }

    @Override
    public Instant now() {
        return store.now();
    }

    @Override
    public void define(SagaGraph graph) {
        store.define(graph);
    }

    @Override
    public Written startIn(Tx tx, Lease lease, NewSaga start) {
        return store.startIn(tx, lease, start);
    }

    @Override
    public Optional<Integer> lastSeq(SagaId saga) {
        return store.lastSeq(saga);
    }

    @Override
    public Optional<SagaId> find(String type, String businessKey) {
        maybeDown();
        return store.find(type, businessKey);
    }

    @Override
    public Optional<StoredSaga> load(SagaId saga) {
        maybeDown();
        return store.load(saga);
    }

    @Override
    public List<StoredSaga> mine(Lease lease, @Nullable SagaId after, int limit) {
        return store.mine(lease, after, limit);
    }

    @Override
    public int takeOver(Lease lease) {
        return store.takeOver(lease);
    }

    @Override
    public List<Request> requests(Lease lease, int limit) {
        return store.requests(lease, limit);
    }

    @Override
    public Finished finished(Lease lease, Retention retention, @Nullable SagaId after, int limit) {
        maybeDown();
        return store.finished(lease, retention, after, limit);
    }

    @Override
    public int forget(List<SagaId> sagas) {
        maybeDown();
        int forgotten = store.forget(sagas);
        maybeLoseTheAnswer();
        return forgotten;
    }

    @Override
    public void close() {}
}
