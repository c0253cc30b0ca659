package io.tallystick.xa.journal;

import io.tallystick.disk.FileDisk;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.DecisionStoreContract;
import io.tallystick.xa.journal.JournalDecisionStore.Setup;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

/** The contract on files, with segments so small that they are changed all the time. */
class JournalDecisionStoreTest extends DecisionStoreContract {

    @TempDir
    private Path directory;

    @Override
    protected DecisionStore open() {
        return JournalDecisionStore.open(
                directory, new FileDisk(directory), new Setup("journal", InstantSource.system(), 8 << 10));
    }
}
