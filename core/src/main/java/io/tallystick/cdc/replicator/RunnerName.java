package io.tallystick.cdc.replicator;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** How a runner calls itself: where a person finds its process, and a random part that makes it unique. */
final class RunnerName {

    private static final int LONGEST_HOST = 150;

    private RunnerName() {}

    static String of(RandomGenerator random) {
        String host = host();
        return (host.length() > LONGEST_HOST ? host.substring(0, LONGEST_HOST) : host) + ", process "
                + ProcessHandle.current().pid() + " (" + HexFormat.of().toHexDigits(random.nextInt()) + ")";
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown host";
        }
    }
}
