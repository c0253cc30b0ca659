package io.tallystick.bench.xa.campaign;

import java.util.List;

/**
 * Whether something holds that must.
 *
 * @param which some of those that break it
 */
public record Check(String sentence, boolean holds, String found, List<String> which) {
    private static final int SHOWN = 5;

    /** That there is none of these. */
    static Check none(String sentence, List<String> found) {
        return new Check(
                sentence,
                found.isEmpty(),
                Integer.toString(found.size()),
                found.stream().limit(SHOWN).toList());
    }
}
