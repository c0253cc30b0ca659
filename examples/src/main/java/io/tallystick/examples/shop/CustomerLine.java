package io.tallystick.examples.shop;

import io.tallystick.examples.service.Client;
import io.tallystick.message.OperationKey;
import io.tallystick.saga.SagaFlow.SagaNews;

/** Tells the shop's customers about delays, through the cashier, who has their telephone numbers. Thread-safe. */
public final class CustomerLine {

    private final Client cashier;

    public CustomerLine(Client cashier) {
        this.cashier = cashier;
    }

    /** What the customer reads. */
    record Notice(String order, String text) {}

    /** At least once; the key makes it once for each order. */
    void delayed(SagaNews<Order> news) {
        Notice notice =
                new Notice(news.payload().id(), "Your order is late, somebody looks after it: " + news.reason());
        cashier.post("/notices", OperationKey.action(news.saga() + "-delayed", "notice"), notice);
    }
}
