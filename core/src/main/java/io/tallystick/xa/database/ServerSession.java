package io.tallystick.xa.database;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A session of MariaDB or MySQL, named so that never another one is meant: numbers begin anew when the server starts, the client's
 * port tells the difference.
 *
 * @param number CONNECTION_ID()
 * @param client host and port as the process list shows them
 * @param detaches whether it lets go of a branch when it has prepared it (MySQL's xa_detach_on_prepare): then it hides none
 */
record ServerSession(long number, String client, boolean detaches) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})@([^ ]{1,300})( detaches)?");

    /** The inverse of {@link #toString()}; nothing for a hint that is none. */
    static Optional<ServerSession> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new ServerSession(Long.parseLong(matcher.group(1)), matcher.group(2), matcher.group(3) != null));
    }

    @Override
    public String toString() {
        return number + "@" + client + (detaches ? " detaches" : "");
    }
}
