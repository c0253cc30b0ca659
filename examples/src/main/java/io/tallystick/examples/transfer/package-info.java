/**
 * Interbank transfer, orchestrated: customer, account, transfer and other-bank each own a database; a transfer
 * orchestrator commands them and hears from each. Start at {@link io.tallystick.examples.transfer.TransferSaga}, which
 * holds the naive order and the improved one. Every class named {@code ...Service} is a process of its own.
 */
@NullMarked
package io.tallystick.examples.transfer;

import org.jspecify.annotations.NullMarked;
