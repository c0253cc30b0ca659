package io.tallystick.cli;

/** What a piece of text means; on a terminal with colours each has its own. Shape and word tell the same without them. */
enum Tone {
    PLAIN(""),
    STRONG("1"),
    QUIET("2"),
    GOOD("32"),
    WORKING("36"),
    WARNING("33"),
    BAD("31");

    private final String code;

    Tone(String code) {
        this.code = code;
    }

    String paint(String text, Terminal terminal) {
        return code.isEmpty() || !terminal.colours() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
