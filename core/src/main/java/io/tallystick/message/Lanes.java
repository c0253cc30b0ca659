package io.tallystick.message;

/**
 * Each channel has sixteen lanes, and a key is always in the same one. The number is fixed for good: with another number
 * a key could be delivered in two lanes at once while services of two versions run.
 */
final class Lanes {
    static final int COUNT = 16;

    private Lanes() {}

    static int of(String key) {
        int hash = key.hashCode();
        return Math.floorMod(hash ^ (hash >>> 16), COUNT);
    }
}
