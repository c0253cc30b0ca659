/**
 * Two-phase commit in foreign hands: other products, unmodified and wired as their own documentation says, over
 * Jakarta Transactions of Tallystick and real databases. Start at {@code SpringShop}. Each test has its own servers.
 */
@NullMarked
package io.tallystick.examples.hands;

import org.jspecify.annotations.NullMarked;
