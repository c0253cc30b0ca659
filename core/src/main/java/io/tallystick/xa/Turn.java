package io.tallystick.xa;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from an event.
 *
 * @param refused why the event is not allowed now, or null; then nothing changes and nothing is done
 */
record Turn(XaState next, List<XaEffect> effects, @Nullable String refused) {

    static Turn to(XaState next, List<? extends XaEffect> effects) {
        return new Turn(next, List.copyOf(effects), null);
    }

    static Turn to(XaState next, XaEffect... effects) {
        return new Turn(next, List.of(effects), null);
    }

    static Turn refuse(XaState unchanged, String why) {
        return new Turn(unchanged, List.of(), why);
    }
}
