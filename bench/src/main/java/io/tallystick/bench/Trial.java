package io.tallystick.bench;

import java.util.List;

/** Answers one question about Tallystick on PostgreSQL. */
public interface Trial {

    /** As chosen on the command line. */
    String name();

    /** Runs it; throws when something was lost. */
    List<Finding> run() throws Exception;

    /**
     * One line of the report.
     *
     * @param demanded the bar, or empty when there is none
     */
    record Finding(String what, String demanded, String found, boolean met) {
        public String markdown() {
            return "| " + what + " | " + demanded + " | " + found + " | "
                    + (demanded.isEmpty() ? "" : met ? "met" : "**missed**") + " |";
        }
    }
}
