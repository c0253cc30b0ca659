package io.tallystick.bench.xa.campaign;

import java.time.Duration;

/**
 * How long and how hard.
 *
 * @param entrant who runs the bank
 * @param seed of the faults, their times and the transfers
 * @param faults how many
 * @param fastRecovery recovery as fast as it can be set, for peers; Tallystick has its defaults in any case
 */
public record CampaignOptions(String entrant, long seed, int faults, boolean fastRecovery, Pace pace) {

    /** So old may a prepared branch be, at most, after all servers and processes are back. */
    static final Duration BOUND = Duration.ofSeconds(15);

    public CampaignOptions {
        if (faults < 1) {
            throw new IllegalArgumentException("a campaign with " + faults + " faults: expected at least one");
        }
    }

    /** How long to wait until nothing is in doubt before it is given up: longer than the slowest recovery takes. */
    Duration patience() {
        boolean slow = !fastRecovery && BankEntrant.named(entrant) != BankEntrant.TALLYSTICK;
        return slow ? Duration.ofMinutes(9) : pace.isBrief() ? Duration.ofSeconds(60) : Duration.ofMinutes(3);
    }

    /**
     * How hard.
     *
     * @param checkEvery after so many faults the bank rests until nothing is in doubt, and the books are compared
     * @param atOnce how many faults at a time
     * @param clients of each coordinator
     * @param timeout of a transfer; frozen is what stands still for longer
     * @param scale by which all times of the faults are multiplied
     */
    public record Pace(int checkEvery, int atOnce, int clients, Duration timeout, double scale) {
        public Pace {
            if (checkEvery < 1) {
                throw new IllegalArgumentException(
                        "a check after each " + checkEvery + " faults: expected one at least");
            }
        }

        /** For the record: time-outs and leases as they are by default, but for the transfer's. */
        public static Pace full() {
            return new Pace(20, 2, 10, Duration.ofSeconds(5), 1);
        }

        /** For a build: everything shorter, the leases too. */
        public static Pace brief() {
            return new Pace(Integer.MAX_VALUE, 3, 4, Duration.ofSeconds(2), 0.3);
        }

        public Pace withCheckEvery(int faults) {
            return new Pace(faults, atOnce, clients, timeout, scale);
        }

        boolean isBrief() {
            return scale < 1;
        }
    }
}
