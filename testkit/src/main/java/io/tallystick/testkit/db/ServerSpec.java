package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was asked for; port 0 means any free one. */
record ServerSpec(
        Engine engine,
        int port,
        int serverId,
        Map<String, String> settings,
        @Nullable Path dataFrom) {}
