package io.tallystick.cli;

import io.tallystick.saga.Advisor;
import io.tallystick.saga.Advisor.Preparing;
import io.tallystick.saga.Advisor.Teams;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tally advise}: four or five answers, one advice. Asks on a terminal for what was not given. */
@Command(
        name = "advise",
        description = "Say which method fits a flow, why, and at what price.",
        mixinStandardHelpOptions = true)
final class AdviseCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private Output output;

    @Option(names = "--mismatch", paramLabel = "yes|no", description = "may the services disagree for a moment?")
    private @Nullable String mismatch;

    @Option(
            names = "--participants",
            paramLabel = "WHICH",
            description = "one: one database holds it all; few: a few databases that can all prepare;"
                    + " many: many, or one that cannot prepare, such as an outside service")
    private @Nullable String participants;

    @Option(names = "--refusals", paramLabel = "yes|no", description = "can anybody but the first say a business no?")
    private @Nullable String refusals;

    @Option(
            names = "--followers",
            paramLabel = "yes|no",
            description = "do many others only have to take over what the source says?")
    private @Nullable String followers;

    @Option(names = "--teams", paramLabel = "one|many", description = "who owns the flow?")
    private @Nullable String teams;

    @Override
    public Integer call() {
        Preparing prepare = switch (choice(
                "--participants", "Who takes part? one, few or many", participants, "one", "few", "many")) {
            case "one" -> Preparing.ONE_DATABASE;
            case "few" -> Preparing.FEW_CAN_PREPARE;
            default -> Preparing.NOT_ALL_OR_MANY;
        };
        boolean differ = yes("--mismatch", "May the services disagree for a moment?", mismatch);
        boolean no = yes("--refusals", "Can anybody but the first say a business no?", refusals);
        boolean follow = yes("--followers", "Do many others only have to take over what the source says?", followers);
        Teams owner = choice("--teams", "Who owns the flow? one team or many", teams, "one", "many")
                        .equals("one")
                ? Teams.ONE
                : Teams.MANY;
        print(Advisor.advise(new Advisor.Answers(differ, prepare, no, follow, owner)));
        return Exit.OK;
    }

    private void print(Advisor.Advice advice) {
        if (output.json()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("rule", advice.rule());
            map.put("method", Words.json(advice.method()));
            map.put("words", advice.method().words());
            map.put("reason", advice.reason());
            map.put("price", advice.price());
            output.json(map);
            return;
        }
        output.line(new Cell("● ", Tone.GOOD), new Cell(advice.method().words(), Tone.STRONG));
        output.wrapped("why    ", advice.reason());
        output.wrapped("price  ", advice.price());
        output.wrapped("rule   ", "number " + advice.rule() + " of docs/which-method.md");
    }

    private boolean yes(String option, String question, @Nullable String given) {
        return choice(option, question + " yes or no", given, "yes", "no").equals("yes");
    }

    private String choice(String option, String question, @Nullable String given, String... words) {
        String answer = given == null ? ask(option, question) : given;
        for (String word : words) {
            String said = answer.strip().toLowerCase(Locale.ROOT);
            if (word.equals(said) || (said.length() == 1 && word.startsWith(said))) {
                return word;
            }
        }
        throw new ParameterException(
                spec.commandLine(), option + " was '" + answer + "', expected " + String.join(" or ", words));
    }

    private String ask(String option, String question) {
        java.io.Console console = output.terminal().interactive() ? System.console() : null;
        String answer = console == null ? null : console.readLine("%s: ", question);
        if (answer == null) {
            throw new ParameterException(spec.commandLine(), "Answer with " + option + ": " + question + ".");
        }
        return answer;
    }
}
