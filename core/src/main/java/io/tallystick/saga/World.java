package io.tallystick.saga;

import io.tallystick.message.Phase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the participants of an explored saga have in their databases: balances, how often each step's action counts, and
 * the barrier's rows. Immutable.
 */
public final class World {

    /** What a barrier remembers of one operation. */
    enum Row {
        DONE,
        REFUSED,
        TOMBSTONE
    }

    private final Map<String, Long> balances;
    private final Map<String, Integer> times;
    private final Map<String, Row> rows;
    private final SagaStatus status;

    private World(Map<String, Long> balances, Map<String, Integer> times, Map<String, Row> rows, SagaStatus status) {
        this.balances = balances;
        this.times = times;
        this.rows = rows;
        this.status = status;
    }

    static World of(List<Model> models) {
        Map<String, Long> balances = new TreeMap<>();
        models.forEach(model -> balances.put(model.name(), model.start()));
        return new World(balances, Map.of(), Map.of(), SagaStatus.RUNNING);
    }

    /** The balance of a model. @throws IllegalArgumentException naming the models there are */
    public long balance(String model) {
        Long balance = balances.get(model);
        if (balance == null) {
            throw new IllegalArgumentException("no model '" + model + "', there are " + balances.keySet()
                    + "; declare it with .with(Model.of(\"" + model + "\"))");
        }
        return balance;
    }

    /** How often the step's action counts: each action one up, each compensation one down. */
    public int times(String step) {
        return times.getOrDefault(step, 0);
    }

    /** Where the saga stands. */
    public SagaStatus status() {
        return status;
    }

    @org.jspecify.annotations.Nullable
    Row row(StepToken token) {
        return rows.get(key(token));
    }

    World at(SagaStatus now) {
        return new World(balances, times, rows, now);
    }

    World remember(StepToken token, Row row) {
        Map<String, Row> more = new TreeMap<>(rows);
        more.put(key(token), row);
        return new World(balances, times, more, status);
    }

    World apply(StepToken token, List<Model> models) {
        boolean compensation = token.phase() == Phase.COMPENSATION;
        Map<String, Integer> counted = new TreeMap<>(times);
        counted.merge(token.step(), compensation ? -1 : 1, Integer::sum);
        Map<String, Long> changed = new TreeMap<>(balances);
        models.forEach(model ->
                changed.computeIfPresent(model.name(), (name, b) -> model.after(token.step(), compensation, b)));
        return new World(changed, counted, rows, status);
    }

    /** Everything that a later step could depend on. */
    String fingerprint() {
        return balances + "|" + times + "|" + rows;
    }

    private static String key(StepToken token) {
        return token.step() + "#" + token.execution() + token.phase();
    }

    @Override
    public String toString() {
        return balances.isEmpty() ? times.toString() : balances + " " + times;
    }
}
