package io.tallystick.spring;

import io.tallystick.xa.XaEngineBuilder;

/** A bean that has a last word on the engine before it is opened: its limits, policies, or more resources. */
@FunctionalInterface
public interface XaEngineCustomizer {

    /** Called once for each engine, in the order of the beans. */
    void customize(XaEngineBuilder engine);
}
