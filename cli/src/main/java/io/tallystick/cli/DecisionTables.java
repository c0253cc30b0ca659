package io.tallystick.cli;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Schema;
import java.util.List;

/**
 * The tables of decisions in one database.
 *
 * @param problems what keeps them from being used
 * @param absent nobody has installed them here
 */
record DecisionTables(TxOptions.Named in, List<String> problems, boolean absent) {

    static final String SUBJECT = "component xa";

    static DecisionTables of(TxOptions.Named named) {
        Schema schema = Schema.of(named.jdbc());
        List<String> problems = schema.problems("xa");
        return new DecisionTables(named, problems, !problems.isEmpty() && schema.isAbsent("xa"));
    }

    String name() {
        return in.name();
    }

    boolean usable() {
        return problems.isEmpty();
    }

    /** They should be usable, and are not: where decisions lie in another database, a resource needs none. */
    boolean broken() {
        return !usable() && (!absent || !in.takesPart());
    }

    Finding finding() {
        return Finding.warning(
                SUBJECT,
                String.join("; ", problems),
                "no decision can be read or written in this database",
                mend("this database"));
    }

    String mend(String which) {
        return absent
                ? "tally schema install xa, with the --url of " + which
                : "tally schema check xa, with the --url of " + which + ", until nothing is found";
    }
}
