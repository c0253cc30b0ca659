package io.tallystick.bench.xa.campaign;

import java.util.List;
import java.util.stream.Stream;

/** What can be done to the bank; the sentence stands in the report. */
enum FaultKind {
    KILL_COORDINATOR("`kill -9` of a coordinator"),
    KILL_COORDINATOR_AGAIN("`kill -9` of a coordinator, and again while it recovers"),
    KILL_EXCHANGE("`kill -9` of the second service"),
    KILL_POSTGRES("`kill -9` of PostgreSQL"),
    KILL_MARIADB("`kill -9` of MariaDB"),
    KILL_EXCHANGE_DATABASE("`kill -9` of the second service's database"),
    END_SESSIONS_POSTGRES("`pg_terminate_backend` of sessions at random, for a while"),
    END_SESSIONS_MARIADB("`KILL` of MariaDB's sessions at random, for a while"),
    END_SESSIONS_EXCHANGE("`KILL` of sessions of the second service at random, for a while"),
    CUT("a link is cut: connections close, new ones are refused"),
    HALF_OPEN("a link is half-open: bytes vanish, connections stay"),
    DEAF("a link loses the answers only"),
    STALL("a link stands still and goes on later"),
    RESET("a link resets its connections after a random number of bytes, again and again"),
    LOSE_REPLY("the answer to a COMMIT, a PREPARE or any request is lost, several times"),
    FREEZE_COORDINATOR("SIGSTOP of a coordinator past the deadline and its lease, then SIGCONT"),
    FREEZE_EXCHANGE("SIGSTOP of the second service past the deadline, then SIGCONT"),
    FREEZE_DATABASE("SIGSTOP of a database past the deadline, then SIGCONT");

    /** One of each sort, for a build. */
    static final List<FaultKind> BRIEF = List.of(
            KILL_COORDINATOR,
            KILL_EXCHANGE,
            KILL_POSTGRES,
            KILL_MARIADB,
            END_SESSIONS_EXCHANGE,
            HALF_OPEN,
            LOSE_REPLY,
            FREEZE_COORDINATOR);

    private final String sentence;

    FaultKind(String sentence) {
        this.sentence = sentence;
    }

    /** All that can happen to a bank with these places. */
    static List<FaultKind> of(List<Place> places) {
        return Stream.of(values())
                .filter(kind -> places.contains(Place.EXCHANGE) || !kind.name().contains("EXCHANGE"))
                .toList();
    }

    String sentence() {
        return sentence;
    }

    boolean isFreeze() {
        return name().startsWith("FREEZE");
    }
}
