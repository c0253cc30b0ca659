package io.tallystick.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.pollinterval.IterativePollInterval;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets every {@code await()} of a test run look often at first, so that no test waits much longer than what it waits for, and give up late, so that a
 * busy machine is no failure. Only for who asks for it, by a file
 * {@code META-INF/services/org.junit.platform.launcher.LauncherSessionListener} among the test resources that names this class.
 */
public final class PatientWaits implements LauncherSessionListener {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);

    /** MariaDB and MySQL show their transactions and locks as they were when somebody looked, to whoever looks again within 0.1 s. */
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(160);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(PATIENCE);
        Awaitility.setDefaultPollInterval(IterativePollInterval.iterative(PatientWaits::longer, FIRST_PAUSE));
        // by itself it would be one interval
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
}
