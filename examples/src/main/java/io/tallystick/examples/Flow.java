package io.tallystick.examples;

import java.util.Arrays;
import java.util.Locale;

/** A reference flow that the demo can run. */
public enum Flow {
    /** Interbank transfer, in its naive and its improved order. */
    TRANSFER("Interbank transfer: book the balance, record the transfer, remit at the other bank"),
    /** Card points, taken back or driven forward. */
    POINTS("Card points: use 100 points on a bill of 1,000, ending 0 / 900"),
    /** Card points, all or nothing. */
    POINTS_2PC("Card points by two-phase commit: both databases or neither, in one process and over two services"),
    /** A groupware account that makes rows in four other databases, by change data capture. */
    GROUPWARE(
            "Groupware account: mailboxes, a calendar, meeting rooms and a folder in four databases, whoever is away"),
    /** Shop order with forward recovery. */
    SHOP("Shop order: pay, pack, ship; shipping that fails is driven on, not undone");

    private final String title;

    Flow(String title) {
        this.title = title;
    }

    /** One line for people. */
    public String title() {
        return title;
    }

    /** The name on the command line: {@code transfer}, {@code points}, {@code points-2pc}, {@code groupware}, {@code shop}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException if there is no such flow, naming those there are */
    public static Flow of(String word) {
        return Arrays.stream(values())
                .filter(flow -> flow.word().equals(word))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no flow '" + word + "'; there are: " + words()));
    }

    private static String words() {
        return String.join(", ", Arrays.stream(values()).map(Flow::word).toList());
    }
}
