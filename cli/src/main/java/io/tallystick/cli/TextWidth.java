package io.tallystick.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * How many columns a text takes on a terminal: Korean, Chinese and Japanese letters and emoji take two, marks that combine with
 * the letter before them none (Unicode Standard Annex 11, East Asian Width).
 */
final class TextWidth {

    private static final int[][] WIDE = {
        {0x1100, 0x115F},
        {0x231A, 0x231B},
        {0x23E9, 0x23EC},
        {0x25FD, 0x25FE},
        {0x2614, 0x2615},
        {0x26A1, 0x26A1},
        {0x2705, 0x2705},
        {0x270A, 0x270B},
        {0x274C, 0x274C},
        {0x2E80, 0x303E},
        {0x3041, 0x33FF},
        {0x3400, 0x4DBF},
        {0x4E00, 0x9FFF},
        {0xA000, 0xA4CF},
        {0xA960, 0xA97F},
        {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60},
        {0xFFE0, 0xFFE6},
        {0x1F300, 0x1F64F},
        {0x1F680, 0x1F6FF},
        {0x1F900, 0x1F9FF},
        {0x20000, 0x3FFFD}
    };

    private static final int NARROWEST = 20;
    private static final String SPEAKER = "tally: ";

    private TextWidth() {}

    static int of(String text) {
        return text.codePoints().map(TextWidth::of).sum();
    }

    private static int of(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || type == Character.FORMAT
                || type == Character.CONTROL
                || (codePoint >= 0x1160 && codePoint <= 0x11FF)) {
            return 0;
        }
        for (int[] range : WIDE) {
            if (codePoint >= range[0] && codePoint <= range[1]) {
                return 2;
            }
        }
        return 1;
    }

    static String padRight(String text, int width) {
        return text + " ".repeat(Math.max(0, width - of(text)));
    }

    static String padLeft(String text, int width) {
        return " ".repeat(Math.max(0, width - of(text))) + text;
    }

    /** At most that many columns; what was cut off shows as an ellipsis. */
    static String cut(String text, int width) {
        if (of(text) <= width) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int codePoint : text.codePoints().toArray()) {
            used += of(codePoint);
            if (used > width - 1) {
                break;
            }
            kept.appendCodePoint(codePoint);
        }
        return width < 1 ? "" : kept.append('…').toString();
    }

    /** Lines of at most that many columns, broken between words. */
    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && of(line.toString()) + 1 + of(word) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    /**
     * A message of one or more lines, each broken between words and going on below where it began. A line of its own that ends in a command
     * stays whole, so that it can be copied.
     */
    static String message(String text, int width) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            int blanks = line.length() - line.stripLeading().length();
            if (of(line) <= width || blanks > 0 && line.contains(": tally ")) {
                lines.add(line);
            } else {
                String begin = line.startsWith(SPEAKER) ? SPEAKER : " ".repeat(blanks);
                int room = Math.max(NARROWEST, width - begin.length());
                for (String part : wrap(line.substring(begin.length()), room)) {
                    lines.add(begin + part);
                    begin = " ".repeat(begin.length());
                }
            }
        }
        return String.join("\n", lines);
    }

    /** Control characters of foreign text would move the cursor or change colours; they show as a dot. */
    static String printable(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? '·' : c));
        return clean.toString();
    }
}
