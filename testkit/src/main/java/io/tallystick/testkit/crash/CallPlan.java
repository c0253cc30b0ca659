package io.tallystick.testkit.crash;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Counts the calls of one data source and decides which of them fail. */
final class CallPlan {
    private static final int LOG_LENGTH = 1000;

    private final List<Rule> rules = new ArrayList<>();
    private final Deque<JdbcCall> log = new ArrayDeque<>();
    private final CallObserver observer;
    private long count;
    private long fired;

    private record Rule(Predicate<JdbcCall> matches, JdbcFault fault, boolean once) {}

    /** A call that really reaches the database. */
    @FunctionalInterface
    interface Call {
        @Nullable
        Object invoke() throws Throwable;
    }

    /** Something that a fault can break off. */
    @FunctionalInterface
    interface Link {
        void breakOff();
    }

    CallPlan(CallObserver observer) {
        this.observer = observer;
    }

    synchronized void add(Predicate<JdbcCall> matches, JdbcFault fault, boolean once) {
        rules.add(new Rule(matches, fault, once));
    }

    synchronized void heal() {
        rules.clear();
    }

    synchronized void reset() {
        rules.clear();
        log.clear();
        count = 0;
        fired = 0;
    }

    synchronized long count() {
        return count;
    }

    synchronized long fired() {
        return fired;
    }

    synchronized List<JdbcCall> log() {
        return List.copyOf(log);
    }

    @Nullable
    Object perform(String method, @Nullable String sql, Link link, Call call) throws Throwable {
        JdbcCall named = record(method, sql);
        @Nullable JdbcFault fault = faultFor(named);
        if (fault != null && !fault.executed()) {
            throw fail(fault, named, link);
        }
        observer.before(named);
        Object result = call.invoke();
        observer.after(named);
        if (fault != null) {
            throw fail(fault, named, link);
        }
        return result;
    }

    private synchronized JdbcCall record(String method, @Nullable String sql) {
        JdbcCall call = new JdbcCall(++count, method, sql);
        if (log.size() == LOG_LENGTH) {
            log.removeFirst();
        }
        log.addLast(call);
        return call;
    }

    private synchronized @Nullable JdbcFault faultFor(JdbcCall call) {
        for (Iterator<Rule> each = rules.iterator(); each.hasNext(); ) {
            Rule rule = each.next();
            if (rule.matches().test(call)) {
                fired++;
                if (rule.once()) {
                    each.remove();
                }
                return rule.fault();
            }
        }
        return null;
    }

    private static SQLException fail(JdbcFault fault, JdbcCall call, Link link) {
        if (fault.losesConnection()) {
            link.breakOff();
        }
        return fault.error().apply(call);
    }
}
