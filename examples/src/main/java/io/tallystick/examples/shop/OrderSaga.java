package io.tallystick.examples.shop;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import io.tallystick.saga.RetryPolicy;
import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;

/** The shop order: forward recovery from the payment on. */
public final class OrderSaga {

    /** The name of {@link #order}. */
    public static final String ORDER = "shop-order";

    private static final RetryPolicy PATIENT = new RetryPolicy(ofMillis(200), ofSeconds(2), 60);
    /** About three seconds, then a person looks at it. */
    private static final RetryPolicy BRIEF = new RetryPolicy(ofMillis(200), ofSeconds(1), 5);

    private OrderSaga() {}

    /** Nothing is undone once the customer has paid: what fails is retried, told, and handed to a person. */
    public static SagaDefinition<Order> order(CustomerLine customers) {
        return Saga.define(ORDER, Order.class)
                .step("pay")
                .http("cashier", "/payments")
                .pivot()
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("pack")
                .command("packing.commands", Pack::from)
                .forwardOnly()
                .neverRefuses()
                .timeout(ofSeconds(2))
                .retry(PATIENT)
                .step("ship")
                .http("shipping", "/shipments")
                .forwardOnly()
                .accept("forward-only-can-refuse", "an address can be wrong: a person corrects it, nothing is undone")
                .timeout(ofSeconds(2))
                .retry(BRIEF)
                .onParked(customers::delayed)
                .build();
    }

    /** Command: pack the goods. */
    record Pack(String order, String goods) {
        static Pack from(Order order) {
            return new Pack(order.id(), order.goods());
        }
    }
}
