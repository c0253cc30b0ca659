package io.tallystick.cli;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Schema;
import java.util.List;

/**
 * The tables of decisions in one database.
 *
 * @param problems what keeps them from being used
 */
record DecisionTables(TxOptions.Named in, List<String> problems) {

    static final String SUBJECT = "component xa";

    static DecisionTables of(TxOptions.Named named) {
        return new DecisionTables(named, Schema.of(named.jdbc()).problems("xa"));
    }

    String name() {
        return in.name();
    }

    boolean usable() {
        return problems.isEmpty();
    }

    /** Nobody has installed them here. */
    boolean absent() {
        return problems.contains("table tally_decision is missing")
                && problems.stream().anyMatch(problem -> problem.endsWith(" is not installed"));
    }

    /** They should be usable, and are not: where decisions lie in another database, a resource needs none. */
    boolean broken() {
        return !usable() && (!absent() || !in.takesPart());
    }

    Finding finding() {
        return Finding.warning(
                SUBJECT,
                String.join("; ", problems),
                "no decision can be read or written in this database",
                mend("this database"));
    }

    String mend(String which) {
        return absent()
                ? "tally schema install xa, with the --url of " + which
                : "tally schema check xa, with the --url of " + which + ", until nothing is found";
    }
}
