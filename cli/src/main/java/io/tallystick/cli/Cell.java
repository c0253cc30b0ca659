package io.tallystick.cli;

/** A text with its tone. */
record Cell(String text, Tone tone) {

    Cell {
        text = TextWidth.printable(text);
    }

    static Cell of(Object text) {
        return new Cell(text.toString(), Tone.PLAIN);
    }

    static Cell quiet(Object text) {
        return new Cell(text.toString(), Tone.QUIET);
    }
}
