package io.tallystick.cdc.file;

import io.tallystick.cdc.replicator.ConflictDecider;
import io.tallystick.cdc.replicator.ConflictPolicy;
import io.tallystick.jdbc.RejectedException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a destination says of rows that somebody else has written: a word, or {@code latest(…)}, {@code decide(…)}, {@code decider(…)}. */
final class ConflictSection {

    private static final String NAME = "on_conflict";
    private static final Pattern CALL = Pattern.compile("(latest|decide|decider)\\((.+)\\)", Pattern.DOTALL);

    private final Section destination;
    private final Problems problems;
    private final @Nullable ProgramFunctions functions;

    /** @param functions what is registered; null where nobody is about to run the pipeline */
    ConflictSection(Section destination, Problems problems, @Nullable ProgramFunctions functions) {
        this.destination = destination;
        this.problems = problems;
        this.functions = functions;
    }

    /** Null when nothing is said; what is wrong is written down. */
    @Nullable
    ConflictPolicy read(boolean allowed) {
        String text = destination.textOrNull(NAME);
        if (text == null) {
            return null;
        }
        if (!allowed) {
            wrong(
                    "'on_conflict' is for mode mirror without a filter: elsewhere a row that is there already is no conflict");
        }
        Matcher call = CALL.matcher(text.strip());
        if (call.matches()) {
            return called(call.group(1), call.group(2).strip());
        }
        for (ConflictPolicy.Kind kind : ConflictPolicy.Kind.values()) {
            boolean word = kind != ConflictPolicy.Kind.LATEST && kind != ConflictPolicy.Kind.DECIDE;
            if (word && kind.name().toLowerCase(Locale.ROOT).equals(text)) {
                return new ConflictPolicy(kind, null);
            }
        }
        wrong("'on_conflict' is '" + text
                + "'; expected source_wins, target_wins, park, latest(column), decide(expression) or decider(name)");
        return null;
    }

    private @Nullable ConflictPolicy called(String how, String argument) {
        return switch (how) {
            case "latest" -> new ConflictPolicy(ConflictPolicy.Kind.LATEST, argument);
            case "decide" -> decide(argument);
            default -> named(argument);
        };
    }

    private @Nullable ConflictPolicy decide(String text) {
        try {
            return ConflictPolicy.by(ExpressionDecider.parse(text));
        } catch (RejectedException e) {
            wrong(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private ConflictPolicy named(String name) {
        String missing = functions == null ? "" : functions.missing(ProgramFunctions.decider(name));
        if (!missing.isEmpty()) {
            wrong(missing);
        }
        return ConflictPolicy.by(new NamedDecider(name));
    }

    private void wrong(String message) {
        problems.at(destination.at(NAME), message);
    }

    /** The target's columns that a policy reads, as far as the file tells. */
    static Set<String> columns(ConflictPolicy policy) {
        String column = policy.column();
        ConflictDecider decider = policy.decider();
        return column != null ? Set.of(column) : decider instanceof ExpressionDecider read ? read.columns() : Set.of();
    }
}
