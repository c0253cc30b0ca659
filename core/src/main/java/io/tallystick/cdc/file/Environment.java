package io.tallystick.cdc.file;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Puts environment variables into the values of a file: {@code ${NAME}} or {@code ${NAME:default}}. */
final class Environment {

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)(?::([^}]*))?}");

    private Environment() {}

    static String replaced(String text, Function<String, @Nullable String> environment, Consumer<String> missing) {
        return VARIABLE.matcher(text).replaceAll(found -> {
            String value = environment.apply(found.group(1));
            if (value == null && found.group(2) == null) {
                missing.accept(found.group(1));
            }
            return Matcher.quoteReplacement(value != null ? value : found.group(2) == null ? "" : found.group(2));
        });
    }
}
