package io.tallystick.cdc.file;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts environment variables into the values of a file: {@code ${NAME}} or {@code ${NAME:default}}. {@code $${} is <code>${</code> itself. */
final class Environment {

    private static final String LITERAL = "$${";
    private static final Pattern VARIABLE = Pattern.compile("\\$\\$\\{|\\$\\{(?:(\\w+)(?::([^}]*))?})?");

    private Environment() {}

    /** @param problems are told without what stands there: it may be a secret */
    static String replaced(String text, Function<String, @Nullable String> environment, Consumer<String> problems) {
        return VARIABLE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(replacement(found, environment, problems)));
    }

    private static String replacement(
            MatchResult found, Function<String, @Nullable String> environment, Consumer<String> problems) {
        String name = found.group(1);
        if (found.group().equals(LITERAL)) {
            return "${";
        }
        if (name == null) {
            problems.accept("after '${' stands no name of an environment variable; expected ${NAME} or ${NAME:default},"
                    + " or $${ for the two signs themselves");
            return "";
        }
        String value = environment.apply(name);
        if (value == null && found.group(2) == null) {
            problems.accept("the environment has no variable " + name + "; set it, or give a default as ${" + name
                    + ":default}");
        }
        return value != null ? value : found.group(2) == null ? "" : found.group(2);
    }
}
