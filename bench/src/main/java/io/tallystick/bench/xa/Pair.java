package io.tallystick.bench.xa;

import io.tallystick.testkit.db.Engine;
import java.util.Arrays;

/** Between which databases money is transferred. */
enum Pair {
    PG_PG("pg-pg", Engine.POSTGRESQL, Engine.POSTGRESQL),
    PG_MARIADB("pg-mariadb", Engine.POSTGRESQL, Engine.MARIADB);

    private final String word;
    private final Engine first;
    private final Engine last;

    Pair(String word, Engine first, Engine last) {
        this.word = word;
        this.first = first;
        this.last = last;
    }

    static Pair named(String word) {
        return Arrays.stream(values())
                .filter(pair -> pair.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no pair is called '" + word + "'; expected some of " + Arrays.toString(values())));
    }

    /** The database that is debited, first in every transaction. */
    Engine first() {
        return first;
    }

    /** The database that is credited, last in every transaction. */
    Engine last() {
        return last;
    }

    @Override
    public String toString() {
        return word;
    }
}
