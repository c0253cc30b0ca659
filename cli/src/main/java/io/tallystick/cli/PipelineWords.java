package io.tallystick.cli;

import io.tallystick.cdc.PipelineStatus;
import io.tallystick.cdc.PipelineStatus.TargetStatus;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Pipelines in one line. */
final class PipelineWords {

    private PipelineWords() {}

    static String line(PipelineStatus status) {
        String reason = status.reason() == null ? "" : " (" + status.reason() + ")";
        return status.pipeline() + " "
                + status.state().name().toLowerCase(Locale.ROOT).replace('_', ' ') + reason + ": "
                + status.targets().stream().map(PipelineWords::target).collect(Collectors.joining("; "))
                + spool(status.spool());
    }

    private static String spool(PipelineStatus.@Nullable SpoolStatus spool) {
        if (spool == null || spool.bytes() == 0) {
            return "";
        }
        return "; spool " + (spool.bytes() >> 20) + " of " + (spool.limitBytes() >> 20) + " MiB"
                + (spool.targets().isEmpty() ? "" : " for " + String.join(", ", spool.targets()));
    }

    private static String target(TargetStatus target) {
        String text = target.target() + " " + target.counts().changes() + " rows, "
                + target.counts().transactions() + " transactions";
        if (target.counts().quarantined() > 0) {
            text += ", " + target.counts().quarantined() + " in quarantine";
        }
        if (target.counts().missing() > 0) {
            text += ", " + target.counts().missing() + " not found";
        }
        return target.error() == null ? text : text + ", waiting: " + target.error();
    }
}
