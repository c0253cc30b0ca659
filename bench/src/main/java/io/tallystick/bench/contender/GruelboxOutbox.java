package io.tallystick.bench.contender;

import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.Instantiator;
import com.gruelbox.transactionoutbox.Persistor;
import com.gruelbox.transactionoutbox.Submitter;
import com.gruelbox.transactionoutbox.ThreadLocalContextTransactionManager;
import com.gruelbox.transactionoutbox.TransactionManager;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import com.gruelbox.transactionoutbox.TransactionOutboxEntry;
import com.gruelbox.transactionoutbox.TransactionOutboxListener;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Gruelbox' transaction outbox as a saga engine: every step is an entry, and carrying it out schedules the next in the same
 * transaction. The end is reported by its listener after the commit. Step and business row share the transaction.
 */
final class GruelboxOutbox implements Contender {
    private static final int THREADS = 16;
    private static final int POOL = 20;

    private final Steps steps;
    private final ThreadLocalContextTransactionManager transactions;
    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);
    private final ConcurrentMap<Long, CompletableFuture<Boolean>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<TransactionOutbox> outbox = new CompletableFuture<>();

    private GruelboxOutbox(Steps steps, ThreadLocalContextTransactionManager transactions) {
        this.steps = steps;
        this.transactions = transactions;
    }

    static GruelboxOutbox open(Arena arena) {
        GruelboxOutbox contender =
                new GruelboxOutbox(arena.steps(), TransactionManager.fromDataSource(arena.pool(POOL)));
        Flow flow = contender::perform;
        contender.outbox.complete(TransactionOutbox.builder()
                .transactionManager(contender.transactions)
                .persistor(Persistor.forDialect(Dialect.POSTGRESQL_9))
                .instantiator(Instantiator.using(type -> flow))
                .submitter(Submitter.withExecutor(contender.executor))
                .listener(contender.new Ends())
                .build());
        return contender;
    }

    @Override
    public boolean run(long saga) throws Exception {
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        waiting.put(saga, ended);
        transactions.inTransaction(() -> outbox.join()
                .with()
                .uniqueRequestId("saga-" + saga)
                .schedule(Flow.class)
                .step(saga, 1, true));
        return ended.get();
    }

    private void perform(long saga, int step, boolean forward) {
        if (!forward) {
            steps.undo(step, saga);
            if (step > 1) {
                outbox.join().schedule(Flow.class).step(saga, step - 1, false);
            }
            return;
        }
        boolean accepted = act(saga, step);
        if (!accepted) {
            outbox.join().schedule(Flow.class).step(saga, step - 1, false);
        } else if (step < Workload.STEPS) {
            outbox.join().schedule(Flow.class).step(saga, step + 1, true);
        }
    }

    private boolean act(long saga, int step) {
        Connection connection = transactions.requireTransactionReturns(transaction -> transaction.connection());
        try {
            return steps.act(step, saga, connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    /** What an entry calls. */
    public interface Flow {
        void step(long saga, int step, boolean forward);
    }

    private final class Ends implements TransactionOutboxListener {
        @Override
        public void success(TransactionOutboxEntry entry) {
            Object[] args = entry.getInvocation().getArgs();
            long saga = (Long) args[0];
            int step = (Integer) args[1];
            boolean forward = (Boolean) args[2];
            boolean completed =
                    forward && step == Workload.STEPS && !steps.workload().refuses(step, saga);
            boolean compensated = !forward && step == 1;
            if (completed || compensated) {
                CompletableFuture<Boolean> future = waiting.remove(saga);
                if (future != null) {
                    future.complete(completed);
                }
            }
        }
    }
}
