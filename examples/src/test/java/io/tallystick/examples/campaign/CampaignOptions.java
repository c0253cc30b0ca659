package io.tallystick.examples.campaign;

import java.nio.file.Path;

/**
 * How a campaign is run.
 *
 * @param kills how many in all, orchestrators, services and databases in turn
 * @param seed decides who dies and for how long
 * @param rate sagas started in a second, over all flows
 * @param evidence where the services' logs go when a check fails
 */
record CampaignOptions(int kills, long seed, double rate, Path evidence) {

    /** From the system properties {@code tally.kills}, {@code tally.seed} and {@code tally.rate}. */
    static CampaignOptions ofProperties() {
        return new CampaignOptions(
                Integer.getInteger("tally.kills", 200),
                Long.getLong("tally.seed", 2026),
                Double.parseDouble(System.getProperty("tally.rate", "5")),
                Path.of("target", "campaign"));
    }
}
