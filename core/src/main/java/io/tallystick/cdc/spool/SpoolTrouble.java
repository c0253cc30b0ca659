package io.tallystick.cdc.spool;

import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What is wrong with a spool's folder, in the words of who has to mend it. */
final class SpoolTrouble {

    private SpoolTrouble() {}

    /** @param tried what was to be done with it, as a participle */
    static UnavailableException with(Path directory, String tried, IOException cause) {
        return new UnavailableException(
                "the spool's folder " + directory + " cannot be " + tried + ": " + found(directory, cause)
                        + " (the system says: " + words(cause) + "). Nothing is lost: the source keeps its log, and the"
                        + " pipeline goes on by itself once that is mended",
                cause);
    }

    private static String found(Path directory, IOException cause) {
        String system = words(cause).toLowerCase(Locale.ROOT);
        if (system.contains("no space") || system.contains("quota")) {
            return "its disk is full; give it room";
        }
        if (system.contains("read-only")) {
            return "its disk takes no writes; mount it for writing, or name another folder (spool: dir)";
        }
        Path there = directory;
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (!Files.isDirectory(there)) {
            return there + " is no folder; name another one (spool: dir), or move that away";
        }
        String may = Files.isWritable(there)
                ? ""
                : "user " + System.getProperty("user.name") + ", who runs the pipeline, may not write to " + there;
        if (!there.equals(directory)) {
            return "it is not there" + (may.isEmpty() ? "" : ", and " + may) + "; mount or make it, or name another one"
                    + " (spool: dir)";
        }
        return may.isEmpty() ? "its disk fails; mend it, or name another folder (spool: dir)" : may + "; let him";
    }

    private static String words(IOException cause) {
        if (cause instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return cause.getMessage() == null || cause instanceof FileSystemException
                ? cause.toString()
                : cause.getMessage();
    }
}
