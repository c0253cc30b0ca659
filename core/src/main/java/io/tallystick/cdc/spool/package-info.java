/**
 * Keeps changes on local disk for targets that cannot take them, so that neither the source's log nor the other targets wait. Start at
 * {@link io.tallystick.cdc.spool.DiskSpool}. One thread writes, each reader has a thread of its own.
 *
 * <p>Files: numbered segments, each a row of checked records that can be understood alone, and {@code spool.json} that says whose they
 * are.
 */
@NullMarked
package io.tallystick.cdc.spool;

import org.jspecify.annotations.NullMarked;
