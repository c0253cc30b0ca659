package io.tallystick.testkit.net;

/**
 * What waits for a single request on any connection of a proxy.
 *
 * @param replies catches the request whose reply is dropped
 * @param requests catches the request that is held
 */
record Traps(RequestTrap replies, RequestTrap requests) {
    Traps() {
        this(new RequestTrap(), new RequestTrap());
    }

    void disarm() {
        replies.disarm();
        requests.disarm();
    }
}
