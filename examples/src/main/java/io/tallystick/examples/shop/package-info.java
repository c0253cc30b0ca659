/**
 * Shop order: pay, pack, ship. Shipping that fails does not undo paying and packing: it is retried, the customer is told,
 * and a person steps in. Start at {@link io.tallystick.examples.shop.OrderSaga}. Every class named {@code ...Service} is
 * a process of its own.
 */
@NullMarked
package io.tallystick.examples.shop;

import org.jspecify.annotations.NullMarked;
