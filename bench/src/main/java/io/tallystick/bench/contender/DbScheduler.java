package io.tallystick.bench.contender;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.sql.DataSource;

/**
 * db-scheduler as a saga engine: one task per saga whose data is the next step; every step is one execution, so that its outcome is
 * durable before the next begins. Set for throughput as its documentation advises (immediate execution, lock-and-fetch polling), and
 * asked to look again after each step, because it would otherwise wait for the next poll. It has no transaction to lend to a step.
 */
final class DbScheduler implements Contender {
    private static final int THREADS = 20;
    private static final int POOL = 20;

    private final Steps steps;
    private final DataSource pool;
    private final CustomTask<Position> task;
    private final ConcurrentMap<String, CompletableFuture<Boolean>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<Scheduler> scheduler = new CompletableFuture<>();

    private DbScheduler(Steps steps, DataSource pool) {
        this.steps = steps;
        this.pool = pool;
        this.task = Tasks.custom("saga", Position.class).execute((instance, context) -> perform(instance));
    }

    static DbScheduler open(Arena arena) {
        arena.database().execute(Sql.statements("db-scheduler.sql"));
        DbScheduler contender = new DbScheduler(arena.steps(), arena.pool(POOL));
        Scheduler scheduler = Scheduler.create(contender.pool, contender.task)
                .threads(THREADS)
                .enableImmediateExecution()
                .pollUsingLockAndFetch(0.5, 4.0)
                .pollingInterval(Duration.ofMillis(100))
                .shutdownMaxWait(Duration.ofSeconds(1))
                .build();
        contender.scheduler.complete(scheduler);
        scheduler.start();
        return contender;
    }

    @Override
    public boolean run(long saga) throws Exception {
        String id = Long.toString(saga);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        waiting.put(id, ended);
        scheduler
                .join()
                .schedule(task.instanceBuilder(id)
                        .data(new Position(saga, 1, true))
                        .scheduledTo(Instant.now()));
        return ended.get();
    }

    private CompletionHandler<Position> perform(TaskInstance<Position> instance) {
        Position at = instance.getData();
        if (!at.forward()) {
            steps.undo(at.step(), at.saga());
            return at.step() == 1 ? ended(instance.getId(), false) : next(at.back());
        }
        try {
            if (!steps.act(at.step(), at.saga(), pool)) {
                return next(at.back());
            }
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
        return at.step() == Workload.STEPS ? ended(instance.getId(), true) : next(at.ahead());
    }

    private CompletionHandler<Position> next(Position position) {
        return (execution, operations) -> {
            operations.reschedule(execution, Instant.now(), position);
            scheduler.join().triggerCheckForDueExecutions();
        };
    }

    private CompletionHandler<Position> ended(String id, boolean completed) {
        return (execution, operations) -> {
            operations.remove();
            CompletableFuture<Boolean> future = waiting.remove(id);
            if (future != null) {
                future.complete(completed);
            }
        };
    }

    @Override
    public void close() {
        scheduler.join().stop();
    }

    /** Where a saga is; the task's data. */
    record Position(long saga, int step, boolean forward) implements Serializable {
        Position ahead() {
            return new Position(saga, step + 1, true);
        }

        Position back() {
            return new Position(saga, step - 1, false);
        }
    }
}
