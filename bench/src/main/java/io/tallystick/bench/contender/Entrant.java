package io.tallystick.bench.contender;

import io.tallystick.testkit.db.Engine;
import java.util.Map;

/**
 * One line of the table.
 *
 * @param name as chosen on the command line
 * @param version what is measured
 * @param database where it runs
 * @param settings of that database, besides those of all
 */
public record Entrant(String name, String version, Engine database, Map<String, String> settings, Opener opener) {

    Entrant(String name, String version, Engine database, Opener opener) {
        this(name, version, database, Map.of(), opener);
    }

    /** Installs the engine's tables on an empty database and starts it. */
    @FunctionalInterface
    public interface Opener {
        Contender open(Arena arena) throws Exception;
    }

    /** Whether this is the product; the others are what it is compared with. */
    public boolean isTallystick() {
        return name.startsWith("tallystick");
    }

    /** Whether it is a product of somebody else; the others only show what a database can do. */
    public boolean isPeer() {
        return !isTallystick() && !name.startsWith("hand") && !name.startsWith("mariadb");
    }
}
