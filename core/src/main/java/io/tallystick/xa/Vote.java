package io.tallystick.xa;

/** A branch's answer to prepare. */
public sealed interface Vote {

    /**
     * Yes: it will commit or roll back, whatever happens, until it is told which.
     *
     * @param hint what helps to learn its fate later: PostgreSQL's xid8, MariaDB's connection id, a service's URL; may be empty
     */
    record Prepared(String hint) implements Vote {}

    /** It changed nothing and has ended: it takes no part in phase 2. */
    record ReadOnly() implements Vote {}

    /** No, and the database has rolled it back. */
    record No(String reason) implements Vote {}

    /** No answer in time, or a lost one: it may be prepared. Counts as a no, and is rolled back as if it were prepared. */
    record Unknown(String reason) implements Vote {}
}
