package io.tallystick.cdc.file;

import io.tallystick.cdc.SpoolSettings;
import io.tallystick.jdbc.Finding;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the directory of a spool can be used, or made. Touches nothing. */
final class SpoolExamination {

    private static final String MEND = "name another directory, or give it to the user that runs the pipeline";

    private SpoolExamination() {}

    static List<Finding> of(@Nullable SpoolSettings spool) {
        if (spool == null) {
            return List.of();
        }
        Path there = spool.directory();
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there)) {
            return List.of(
                    Finding.error("spool " + spool.directory(), "no place for a directory", there + " is none", MEND));
        }
        return Files.isWritable(there)
                ? List.of()
                : List.of(Finding.error(
                        "spool " + spool.directory(), "not writable", "this user may not write to " + there, MEND));
    }
}
