package io.tallystick.xa.database;

import javax.transaction.xa.XAResource;

/**
 * What pools of connections without XA enlist (Agroal, IronJacamar: {@code org.jboss.tm.LastResource}). It says yes when it is asked to prepare, and has
 * prepared nothing: what it wrote would be lost in a crash after the decision, and recovery would find no trace of it.
 */
final class OnePhaseOnly {

    private static final String MARK = "org.jboss.tm.LastResource";

    private OnePhaseOnly() {}

    /** Known by its mark alone: its class belongs to a library that nobody needs who has no such pool. */
    static boolean is(XAResource resource) {
        for (Class<?> type = resource.getClass(); type != null; type = type.getSuperclass()) {
            if (isMarked(type)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isMarked(Class<?> type) {
        for (Class<?> face : type.getInterfaces()) {
            if (face.getName().equals(MARK) || isMarked(face)) {
                return true;
            }
        }
        return false;
    }
}
