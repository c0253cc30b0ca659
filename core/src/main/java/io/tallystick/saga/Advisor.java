package io.tallystick.saga;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which method fits a flow, why, and at what price: a numbered table in which the first rule that fits decides. The last
 * rule fits everything, so every combination of answers gets advice. Stateless and thread-safe.
 */
public final class Advisor {

    /** How data of several services is kept in agreement. */
    public enum Method {
        LOCAL_TRANSACTION("one local transaction"),
        TWO_PHASE_COMMIT("2PC"),
        CDC("CDC"),
        ORCHESTRATED_SAGA("saga, orchestrated"),
        CHOREOGRAPHED_SAGA("saga, choreographed"),
        SAGA_LIKE_2PC("saga shaped like 2PC: reserve everywhere, then confirm behind the pivot"),
        SAGA_THEN_CDC("saga for the part that can be refused, CDC for the followers");

        private final String words;

        Method(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /**
     * What the advisor asks.
     *
     * @param mismatch whether somebody may see the services disagree for a moment
     * @param prepare whether the participants are few and every one can prepare (PostgreSQL, MariaDB, MySQL; no outside API)
     * @param refusals whether a participant other than the first can say a business no
     * @param followers whether many followers only have to take over what the source says
     * @param teams who owns the flow
     */
    public record Answers(boolean mismatch, Preparing prepare, boolean refusals, boolean followers, Teams teams) {}

    /** What the participants are able to do. */
    public enum Preparing {
        /** One database holds it all. */
        ONE_DATABASE,
        /** A few databases, all able to prepare. */
        FEW_CAN_PREPARE,
        /** Many participants, or one that cannot prepare, such as an outside service. */
        NOT_ALL_OR_MANY
    }

    /** Who owns the flow. */
    public enum Teams {
        /** One team knows and changes the whole flow. */
        ONE,
        /** Many teams that must stay loosely coupled. */
        MANY
    }

    /** The advice. @param rule the number of the rule that fitted */
    public record Advice(int rule, Method method, String reason, String price) {}

    private record Rule(String when, Predicate<Answers> fits, Method method, String reason, String price) {}

    private static final List<Rule> RULES = List.of(
            new Rule(
                    "one database holds it all",
                    answers -> answers.prepare() == Preparing.ONE_DATABASE && !answers.followers(),
                    Method.LOCAL_TRANSACTION,
                    "nothing has to be kept in agreement that a local transaction does not keep already",
                    "the services stay tied to one database"),
            new Rule(
                    "a mismatch is not acceptable, few participants, all able to prepare",
                    answers -> !answers.mismatch() && answers.prepare() != Preparing.NOT_ALL_OR_MANY,
                    Method.TWO_PHASE_COMMIT,
                    "all or nothing, and nobody reads a half-done state",
                    "one participant down cancels everything, three trips to each database, locks held throughout"),
            new Rule(
                    "a mismatch is not acceptable, and not everybody can prepare",
                    answers -> !answers.mismatch(),
                    Method.SAGA_LIKE_2PC,
                    "reservations stand in for locks, so nobody acts on what may still be taken back",
                    "every service needs reserve, confirm and cancel; every failure must be designed and explored"),
            new Rule(
                    "business refusals, and many followers besides",
                    answers -> answers.refusals() && answers.followers(),
                    Method.SAGA_THEN_CDC,
                    "what can be refused needs a way back; followers only need to be reached in the end, without holding"
                            + " anything up",
                    "two methods to operate; followers start only once the saga is past its pivot"),
            new Rule(
                    "no refusals: it must happen in the end, or there are many followers",
                    answers -> !answers.refusals(),
                    Method.CDC,
                    "the source is not held up and cannot be cancelled; followers are retried until they have it, and need"
                            + " no hand-made compensations",
                    "followers lag behind; they cannot say no; the source's log has to be readable"),
            new Rule(
                    "steps in several services with refusals, many teams loosely coupled",
                    answers -> answers.teams() == Teams.MANY,
                    Method.CHOREOGRAPHED_SAGA,
                    "services react to events and nobody stands in the middle",
                    "the flow is written down nowhere: ids in every event and a collector have to rebuild the picture"),
            new Rule(
                    "steps in several services with refusals, one team owns the flow",
                    answers -> true,
                    Method.ORCHESTRATED_SAGA,
                    "one model of the process knows where every saga stands and drives its recovery",
                    "compensations and their verification for every failure; half-done states are visible meanwhile"));

    private Advisor() {}

    /** The advice of the first rule that fits. */
    public static Advice advise(Answers answers) {
        for (int i = 0; i < RULES.size(); i++) {
            Rule rule = RULES.get(i);
            if (rule.fits().test(answers)) {
                return new Advice(i + 1, rule.method(), rule.reason(), rule.price());
            }
        }
        throw new IllegalStateException("no rule fits " + answers + ": the last one must fit everything");
    }

    /** Every combination of answers. */
    static List<Answers> everyAnswer() {
        List<Answers> all = new ArrayList<>();
        for (Preparing prepare : Preparing.values()) {
            for (Teams teams : Teams.values()) {
                for (int bits = 0; bits < 8; bits++) {
                    all.add(new Answers((bits & 1) > 0, prepare, (bits & 2) > 0, (bits & 4) > 0, teams));
                }
            }
        }
        return all;
    }

    /** The table as Markdown: the text of docs/which-method.md. */
    public static String toMarkdown() {
        StringBuilder text = new StringBuilder("""
                # Which method when

                Reorder first: the step most likely to fail early, local work joined in one transaction, external calls last.
                Then ask `tally advise`, which reads this table from the top; the first rule that fits decides.

                | # | when | method | why | price |
                |---|---|---|---|---|
                """);
        for (int i = 0; i < RULES.size(); i++) {
            Rule rule = RULES.get(i);
            text.append("| ").append(i + 1).append(" | ").append(rule.when()).append(" | **");
            text.append(rule.method().words())
                    .append("** | ")
                    .append(rule.reason())
                    .append(" | ");
            text.append(rule.price()).append(" |\n");
        }
        return text.toString();
    }
}
