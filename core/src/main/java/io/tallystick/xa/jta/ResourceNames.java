package io.tallystick.xa.jta;

import javax.transaction.xa.XAResource;

/** Says to which configured resource an enlisted XAResource belongs, so that recovery can find its branches after a crash. */
@FunctionalInterface
public interface ResourceNames {

    /** The name of the configured resource. */
    String nameOf(XAResource resource);

    /** The class's name: right when one resource of that name is configured; otherwise its branches are held after a crash. */
    static ResourceNames byClass() {
        return resource -> resource.getClass().getName();
    }
}
