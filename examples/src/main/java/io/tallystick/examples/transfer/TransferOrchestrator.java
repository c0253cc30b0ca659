package io.tallystick.examples.transfer;

import io.tallystick.examples.service.Client;
import io.tallystick.examples.service.Orchestrator;
import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;

/** The transfer orchestrator, a process of its own: knows every transfer's saga and commands the four services. */
public final class TransferOrchestrator {

    private TransferOrchestrator() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(TransferOrchestrator::describe);
    }

    static void describe(Service service) {
        Push push = new Push(Client.to(service.settings(), "customer"));
        Orchestrator.on(service)
                .orchestrate(TransferSaga.naive(push))
                .orchestrate(TransferSaga.improved(push))
                .start();
    }
}
