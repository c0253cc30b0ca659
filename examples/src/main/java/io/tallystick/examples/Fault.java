package io.tallystick.examples;

import java.util.Arrays;
import java.util.Locale;

/** What goes wrong on purpose. */
public enum Fault {
    /** The other bank answers 503 for a while. */
    MAINTENANCE("the other bank is in its maintenance window"),
    /** A transfer names somebody whom nobody knows. */
    PAYEE_UNKNOWN("the payee is unknown"),
    /** A transfer asks for more than the account holds. */
    BALANCE_TOO_LOW("the balance is too low"),
    /** A card bill empties the account between the balance check and the booking. */
    CARD_BILL("a card bill is debited in the middle"),
    /** A service does its work and its answer never arrives. */
    LOST_REPLY("the work was done and its reply was lost"),
    /** A service answers late. */
    SLOW("a reply comes late"),
    /** A request or command arrives twice. */
    DUPLICATE("a request arrives twice"),
    /** Shipping refuses or is closed, so that an order waits for a person. */
    SHIPPING_FAILS("shipping fails"),
    /** A service is ended with kill -9 and started again. */
    KILL_SERVICE("a service is killed"),
    /** An orchestrator is ended with kill -9 and started again. */
    KILL_ENGINE("an orchestrator is killed"),
    /** A database refuses to prepare its part of a transaction. */
    NO_VOTE("a participant votes no"),
    /** A database prepares, or stores the decision, and its answer never arrives. */
    LOST_ANSWER("a prepare or a decision was stored and its answer was lost"),
    /** A service that decides about transactions is ended with kill -9 and started again. */
    KILL_COORDINATOR("a coordinator is killed"),
    /** The database of a target is shut down in order, and started again. */
    MAIL_DOWN("mail is down for patching"),
    /** A target has a reason to refuse a row. */
    ROW_REFUSED("a target refuses a row"),
    /** The database of a target is ended with kill -9 and started again. */
    KILL_TARGET("the database of a target is killed"),
    /** The database whose log is read is ended with kill -9 and started again. */
    KILL_SOURCE("the database of the source is killed"),
    /** The process that runs a pipeline is ended with kill -9 and started again. */
    KILL_PIPELINE("the pipeline's process is killed");

    private final String sentence;

    Fault(String sentence) {
        this.sentence = sentence;
    }

    /** What happened, for people. */
    public String sentence() {
        return sentence;
    }

    /** The name on the command line, such as {@code lost-reply}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException if there is no such fault, naming those there are */
    public static Fault of(String word) {
        return Arrays.stream(values())
                .filter(fault -> fault.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no fault '" + word + "'; there are: "
                        + String.join(
                                ", ", Arrays.stream(values()).map(Fault::word).toList())));
    }
}
