package io.tallystick.bench.contender;

import io.tallystick.testkit.db.Engine;

/**
 * One line of the table.
 *
 * @param name as chosen on the command line
 * @param version what is measured
 * @param database where it runs
 */
public record Entrant(String name, String version, Engine database, Opener opener) {

    /** Installs the engine's tables on an empty database and starts it. */
    @FunctionalInterface
    public interface Opener {
        Contender open(Arena arena) throws Exception;
    }

    /** Whether this is the product; the others are what it is compared with. */
    public boolean isTallystick() {
        return name.startsWith("tallystick");
    }

    /** Whether it is a product of somebody else; SQL by hand only shows what the database can do. */
    public boolean isPeer() {
        return !isTallystick() && !name.startsWith("hand");
    }
}
