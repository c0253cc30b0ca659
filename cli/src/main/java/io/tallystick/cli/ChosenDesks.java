package io.tallystick.cli;

import io.tallystick.cdc.replicator.PipelineDesk;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks the desk of the target that a person has named, or all of them. */
final class ChosenDesks {

    private ChosenDesks() {}

    /**
     * @param target null for all
     * @return the answers by target, in the order of the file
     * @throws IllegalArgumentException when the file has no such target
     */
    static <T> Map<String, List<T>> ask(
            Map<String, PipelineDesk> desks, @Nullable String target, Function<PipelineDesk, List<T>> question) {
        if (target != null && !desks.containsKey(target)) {
            throw new IllegalArgumentException(
                    "there is no target '" + target + "'; the file has " + String.join(", ", desks.keySet()));
        }
        Map<String, List<T>> answers = new LinkedHashMap<>();
        desks.forEach((name, desk) -> {
            if (target == null || target.equals(name)) {
                answers.put(name, question.apply(desk));
            }
        });
        return answers;
    }
}
