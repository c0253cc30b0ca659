package io.tallystick.cdc.replicator;

/**
 * Whether data was refused in a transaction that is too large to be kept: it is read and made again, carefully. For the thread of one
 * target.
 */
final class LargeRefusal {

    private boolean found;
    private boolean atCommit;

    /** @param onlyAtCommit whether it was refused at the end: then each part of it has to hold by itself */
    void found(boolean onlyAtCommit) {
        found = true;
        atCommit |= onlyAtCommit;
    }

    boolean isFound() {
        return found;
    }

    boolean isAtCommit() {
        return atCommit;
    }

    /** The transaction is committed. */
    void isPast() {
        found = false;
        atCommit = false;
    }
}
