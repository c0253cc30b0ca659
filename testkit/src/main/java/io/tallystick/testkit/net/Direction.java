package io.tallystick.testkit.net;

/** Which way bytes travel. */
public enum Direction {
    /** From the client to the server. */
    REQUESTS,
    /** From the server to the client. */
    REPLIES
}
