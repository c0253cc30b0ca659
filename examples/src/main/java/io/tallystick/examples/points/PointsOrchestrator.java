package io.tallystick.examples.points;

import io.tallystick.examples.service.Orchestrator;
import io.tallystick.examples.service.Service;
import io.tallystick.examples.service.ServiceMain;

/** The card company's orchestrator, a process of its own. */
public final class PointsOrchestrator {

    private PointsOrchestrator() {}

    public static void main(String[] args) throws Exception {
        ServiceMain.run(PointsOrchestrator::describe);
    }

    static void describe(Service service) {
        Orchestrator.on(service)
                .orchestrate(PointsSaga.backward())
                .orchestrate(PointsSaga.forward())
                .start();
    }
}
