package io.tallystick.xa.journal;

import java.util.UUID;

/** Draws the id of a new journal. */
final class JournalRuntime {

    private JournalRuntime() {}

    static UUID freshId() {
        return UUID.randomUUID();
    }
}
