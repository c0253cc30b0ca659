package io.tallystick.examples.play;

import io.tallystick.examples.Fault;
import org.jspecify.annotations.Nullable;

/**
 * A saga that somebody wants.
 *
 * @param orchestrator the service that runs it
 * @param saga its type
 * @param key its business key
 * @param payload its data
 * @param fault what is wrong with the wish itself, or null
 */
public record Wish(
        String orchestrator,
        String saga,
        String key,
        Object payload,
        @Nullable Fault fault) {}
