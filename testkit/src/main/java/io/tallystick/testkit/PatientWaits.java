package io.tallystick.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Lets every {@code await()} of a test run look often, so that no test waits longer than what it waits for, and give up late, so that a
 * busy machine is no failure. Only for who asks for it, by a file
 * {@code META-INF/services/org.junit.platform.launcher.LauncherSessionListener} among the test resources that names this class.
 */
public final class PatientWaits implements LauncherSessionListener {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(PATIENCE);
        Awaitility.setDefaultPollInterval(PAUSE);
        // by itself it would be one interval
        Awaitility.setDefaultPollDelay(Duration.ZERO);
    }
}
