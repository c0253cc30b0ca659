/**
 * A bank over several databases whose processes, servers, sessions and network are disturbed in every way, and whose books must agree all the
 * same; for Tallystick and, with the same orders, faults and checks, for its peers. Start at {@link
 * io.tallystick.bench.xa.campaign.BankCampaign}. The bank's coordinators and its second service are processes of their own ({@link
 * io.tallystick.bench.xa.campaign.BankMain}, {@link io.tallystick.bench.xa.campaign.ExchangeMain}). Not published.
 */
@NullMarked
package io.tallystick.bench.xa.campaign;

import org.jspecify.annotations.NullMarked;
