package io.tallystick.bench.xa.campaign;

import io.tallystick.testkit.db.Engine;

/** Where accounts are. The letter stands in the books. */
enum Place {
    POSTGRES('P', Engine.POSTGRESQL),
    MARIADB('M', Engine.MARIADB),
    /** The database of the second service, which the bank reaches over HTTP only. */
    EXCHANGE('X', Engine.MARIADB);

    private final char letter;
    private final Engine engine;

    Place(char letter, Engine engine) {
        this.letter = letter;
        this.engine = engine;
    }

    char letter() {
        return letter;
    }

    Engine engine() {
        return engine;
    }
}
