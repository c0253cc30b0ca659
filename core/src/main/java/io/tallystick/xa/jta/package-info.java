/**
 * Jakarta Transactions 2.0 on an {@link io.tallystick.xa.XaEngine}: start at {@link io.tallystick.xa.jta.JakartaTransactions}. Only
 * translation lives here, of statuses, exceptions, synchronizations and enlisted resources; the protocol is in {@code io.tallystick.xa}.
 * Nested transactions are refused. Threads: as the specification has it, a transaction belongs to the thread that began or resumed it.
 */
@NullMarked
package io.tallystick.xa.jta;

import org.jspecify.annotations.NullMarked;
