package io.tallystick.examples;

import java.net.URI;
import java.util.Map;

/** Hears what a demo does, while it does it. Called by several threads, one at a time. */
public interface DemoListener {

    /** A part of the run begins, such as a scene or the final check. */
    default void begun(String title) {}

    /** Something happened, in one sentence. */
    default void said(String sentence) {}

    /** A fault was injected. {@code where} names the service or the business key. */
    default void injected(Fault fault, String where) {}

    /** The numbers so far; about twice a second under load. */
    default void counted(DemoCounters counters) {}

    /** Every process and database is up: the names of the services and where they listen (127.0.0.1). */
    default void opened(Map<String, URI> services) {}

    /** One check of the books. */
    default void checked(Check check) {}

    /** Asked many times a second under load: true starts nothing more, waits for the end of all, and compares the books. */
    default boolean enough() {
        return false;
    }

    /** Hears nothing. */
    static DemoListener silent() {
        return new DemoListener() {};
    }
}
