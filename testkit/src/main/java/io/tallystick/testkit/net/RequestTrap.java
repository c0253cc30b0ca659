package io.tallystick.testkit.net;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Waits for one request that contains a text, and counts what became of those it caught. */
final class RequestTrap {
    private @Nullable String awaited;
    private long sprung;

    synchronized void arm(String text) {
        awaited = text;
    }

    synchronized void disarm() {
        awaited = null;
    }

    /** True for the first request that contains the text; Latin-1 maps every byte to one character. */
    synchronized boolean catches(byte[] request) {
        if (awaited == null || !new String(request, StandardCharsets.ISO_8859_1).contains(awaited)) {
            return false;
        }
        awaited = null;
        return true;
    }

    /** What it was set for has happened. */
    synchronized void spring() {
        sprung++;
    }

    synchronized long sprung() {
        return sprung;
    }
}
