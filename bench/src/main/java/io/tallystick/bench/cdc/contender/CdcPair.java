package io.tallystick.bench.cdc.contender;

import io.tallystick.testkit.db.Engine;
import java.util.Arrays;

/** Between which databases. */
public enum CdcPair {
    PG_PG("pg-pg", Engine.POSTGRESQL, Engine.POSTGRESQL),
    MARIADB_PG("mariadb-pg", Engine.MARIADB, Engine.POSTGRESQL),
    MARIADB_MARIADB("mariadb-mariadb", Engine.MARIADB, Engine.MARIADB);

    private final String word;
    private final Engine source;
    private final Engine target;

    CdcPair(String word, Engine source, Engine target) {
        this.word = word;
        this.source = source;
        this.target = target;
    }

    public static CdcPair named(String word) {
        return Arrays.stream(values())
                .filter(pair -> pair.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no pair is called '" + word + "'; expected some of "
                        + Arrays.stream(values()).map(CdcPair::toString).toList()));
    }

    public Engine source() {
        return source;
    }

    public Engine target() {
        return target;
    }

    @Override
    public String toString() {
        return word;
    }
}
