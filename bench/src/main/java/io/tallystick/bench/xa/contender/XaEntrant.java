package io.tallystick.bench.xa.contender;

/**
 * One line of the table.
 *
 * @param name as chosen on the command line
 * @param kind what it is compared as
 */
public record XaEntrant(String name, Kind kind, Opener opener) {

    /** What something is compared as. */
    public enum Kind {
        /** The product. */
        OURS,
        /** A transaction manager of somebody else. */
        PEER,
        /** SQL by hand: shows what the databases give; recovers nothing. */
        HAND
    }

    /** Starts it, and its recovery with it. */
    @FunctionalInterface
    public interface Opener {
        XaContender open(Setup setup) throws Exception;
    }
}
