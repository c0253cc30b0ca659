/**
 * The crash campaign: processes and databases are killed in turn while sagas are started all the time, and afterwards
 * every book must balance. Start at {@link io.tallystick.examples.campaign.CrashCampaign}. The load has its own threads;
 * one more strikes and one measures.
 */
@NullMarked
package io.tallystick.examples.campaign;

import org.jspecify.annotations.NullMarked;
