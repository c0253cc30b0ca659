package io.tallystick.cli;

import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.jdbc.TallystickException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks the desk of the target that a person has named, or all of them. */
final class ChosenDesks {

    private ChosenDesks() {}

    /**
     * What they say.
     *
     * @param told the answers by target, in the order of the file
     * @param silent why the others give none
     * @param exit what the command is to end with
     */
    record Answers<T>(Map<String, List<T>> told, Map<String, String> silent, int exit) {

        private boolean nothing() {
            return told.values().stream().allMatch(List::isEmpty);
        }

        /**
         * What they tell, for programs or for people; nothing when nobody tells anything.
         *
         * @param none what a person reads when there is nothing to tell
         */
        void show(
                Output output,
                Function<T, Map<String, Object>> json,
                Function<Map<String, List<T>>, Table> table,
                Cell... none) {
            if (output.json()) {
                Map<String, Object> all = new LinkedHashMap<>();
                told.forEach((target, each) ->
                        all.put(target, each.stream().map(json).toList()));
                output.json(all);
            } else if (!nothing()) {
                output.table(table.apply(told));
            } else if (!told.isEmpty()) {
                output.line(none);
            }
        }

        void tellSilent(Output output) {
            silent.forEach((target, why) -> output.aside("tally: " + target + ": " + why));
        }
    }

    /**
     * One target that does not answer is no reason to be silent about the others.
     *
     * @param target null for all
     * @throws IllegalArgumentException when the file has no such target
     */
    static <T> Answers<T> ask(
            Map<String, PipelineDesk> desks, @Nullable String target, Function<PipelineDesk, List<T>> question) {
        if (target != null) {
            one(desks, target);
        }
        Map<String, List<T>> told = new LinkedHashMap<>();
        Map<String, String> silent = new LinkedHashMap<>();
        int exit = Exit.OK;
        for (Map.Entry<String, PipelineDesk> desk : desks.entrySet()) {
            if (target == null || target.equals(desk.getKey())) {
                try {
                    told.put(desk.getKey(), question.apply(desk.getValue()));
                } catch (TallystickException e) {
                    silent.put(desk.getKey(), Failures.inOneLine(e, true));
                    exit = Math.max(exit, Failures.code(e));
                }
            }
        }
        return new Answers<>(told, silent, exit);
    }

    /**
     * The one that is meant.
     *
     * @param target may be null where the file has but one
     * @throws IllegalArgumentException when it is not clear which, or the file has no such target
     */
    static Map.Entry<String, PipelineDesk> one(Map<String, PipelineDesk> desks, @Nullable String target) {
        String names = String.join(", ", desks.keySet());
        if (target == null && desks.size() != 1) {
            throw new IllegalArgumentException("say at which target: --target with one of " + names);
        }
        return desks.entrySet().stream()
                .filter(desk -> target == null || target.equals(desk.getKey()))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("there is no target '" + target + "'; the file has " + names));
    }
}
