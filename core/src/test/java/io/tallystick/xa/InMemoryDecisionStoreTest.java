package io.tallystick.xa;

import java.time.InstantSource;

/** The double keeps the same promises as the durable stores; a second process, or a later one, is the same object. */
class InMemoryDecisionStoreTest extends DecisionStoreContract {

    private final InMemoryDecisionStore only = new InMemoryDecisionStore("memory", InstantSource.system());

    @Override
    protected DecisionStore open() {
        return only.asAnotherProcess();
    }
}
