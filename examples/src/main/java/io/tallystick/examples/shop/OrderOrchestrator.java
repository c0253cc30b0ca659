package io.tallystick.examples.shop;

import io.tallystick.examples.service.Client;
import io.tallystick.examples.service.Orchestrator;
import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;

/** The shop's orchestrator, a process of its own. */
public final class OrderOrchestrator {

    private OrderOrchestrator() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(OrderOrchestrator::describe);
    }

    static void describe(Service service) {
        CustomerLine customers = new CustomerLine(Client.to(service.settings(), "cashier"));
        Orchestrator.on(service).orchestrate(OrderSaga.order(customers)).start();
    }
}
