package io.tallystick.mysql;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A URL as the driver can use it. At the login the driver writes the database's name in UTF-8 and announces the server's own character
 * set, which is latin1 where nobody has set it (MariaDB before 11.6): the server then looks for a database of another name. So one whose
 * name is not ASCII is chosen after the login, when both speak UTF-8.
 *
 * @param properties what the driver is to be told besides
 */
record DatabaseUrl(String url, Map<String, String> properties) {

    private static final Pattern PARTS = Pattern.compile("(jdbc:mariadb:[^/]*//[^/]+/)([^?]+)(\\?.*)?");

    static DatabaseUrl of(String url) {
        Matcher parts = PARTS.matcher(url);
        if (!parts.matches() || isAscii(parts.group(2)) || url.contains("initSql=")) {
            return new DatabaseUrl(url, Map.of());
        }
        String parameters = parts.group(3) == null ? "" : parts.group(3);
        return new DatabaseUrl(
                parts.group(1) + parameters,
                Map.of("initSql", "USE `" + parts.group(2).replace("`", "``") + "`"));
    }

    static boolean isAscii(String text) {
        return StandardCharsets.US_ASCII.newEncoder().canEncode(text);
    }
}
