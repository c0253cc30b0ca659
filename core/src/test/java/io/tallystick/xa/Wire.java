package io.tallystick.xa;

import java.time.Duration;
import java.util.function.Supplier;

/** Between a driver and its database. */
interface Wire {

    /** The request may have been carried out, or may still be; the connection is of no use any more. */
    final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** Certainly not carried out. */
        final boolean refused;

        Lost(String message, boolean refused) {
            super(message, null, false, false);
            this.refused = refused;
        }
    }

    /**
     * Carries a request to the server and its answer back.
     *
     * @throws Lost when there is no answer
     */
    <T> T call(String what, Duration budget, Supplier<T> server);

    /** A connection is lost; the server notices at some time. */
    default void lost(Runnable notice) {
        notice.run();
    }

    /** Nothing is ever lost and nothing takes time. */
    Wire PERFECT = new Wire() {
        @Override
        public <T> T call(String what, Duration budget, Supplier<T> server) {
            return server.get();
        }
    };
}
