package io.tallystick.examples.transfer;

import io.tallystick.examples.service.Client;
import io.tallystick.message.OperationKey;
import io.tallystick.saga.SagaFlow.SagaNews;
import io.tallystick.saga.StepContext;

/** Tells the customer, through the customer service, how the transfer ended. Thread-safe. */
public final class Push {

    private final Client customer;

    public Push(Client customer) {
        this.customer = customer;
    }

    /** What is shown on the customer's telephone. */
    record Message(String transfer, String kind, String text) {}

    void sent(StepContext context, Transfer transfer) {
        Message message = new Message(transfer.id(), "SENT", transfer.amount() + " won went to " + transfer.payee());
        customer.post("/pushes", context, message);
    }

    /** At least once; the key makes it once. */
    void cancelled(SagaNews<Transfer> news) {
        Message message = new Message(news.payload().id(), "CANCELLED", "Nothing was sent: " + news.reason());
        customer.post("/pushes", OperationKey.action(news.saga() + "-cancelled", "push"), message);
    }

    void delayed(SagaNews<Transfer> news) {
        Message message = new Message(news.payload().id(), "DELAYED", "It takes longer: " + news.reason());
        customer.post("/pushes", OperationKey.action(news.saga() + "-delayed", "push"), message);
    }
}
