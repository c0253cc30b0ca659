package io.tallystick.drawing;

import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/**
 * A machine as a table: a row for each state that is left, a column for each that is reached, and in the cell what leads there.
 *
 * @param moves what leads from a state to another one; empty when nothing does
 */
public record MoveTable<S extends Enum<S>>(
        String title, String caption, List<S> from, List<S> to, BiFunction<S, S, List<String>> moves) {

    private static final int LEFT = 150;
    private static final int CELL = 118;
    private static final int ROW = 62;
    private static final int TOP = 118;
    private static final int MARGIN = 28;
    private static final int LINE = 16;

    /** @param description for those who cannot see the picture */
    public String svg(String description) {
        int row = height();
        Svg svg = new Svg(MARGIN * 2 + LEFT + to.size() * CELL, TOP + from.size() * row + MARGIN, title, description);
        svg.text("title", MARGIN, 40, title);
        svg.text("quiet", MARGIN, 62, caption);
        for (int j = 0; j < to.size(); j++) {
            svg.text("head", "middle", MARGIN + LEFT + j * CELL + CELL / 2, TOP - 16, words(to.get(j)));
        }
        for (int i = 0; i < from.size(); i++) {
            int y = TOP + i * row;
            if (i % 2 == 0) {
                svg.fill("alt", MARGIN, y, LEFT + to.size() * CELL, row);
            }
            svg.text("name", MARGIN + 10, y + row / 2 + 5, words(from.get(i)));
            for (int j = 0; j < to.size(); j++) {
                cell(svg, MARGIN + LEFT + j * CELL, y, moves.apply(from.get(i), to.get(j)));
            }
        }
        return svg.toString();
    }

    /** As high as the fullest cell needs, the same for all. */
    private int height() {
        int most = from.stream()
                .flatMap(a -> to.stream().map(b -> moves.apply(a, b).size()))
                .reduce(0, Math::max);
        return Math.max(ROW, most * LINE + 20);
    }

    private void cell(Svg svg, int x, int y, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        int row = height();
        svg.fill("cell", x + 4, y + 4, CELL - 8, row - 8);
        int line = y + row / 2 + 4 - (lines.size() - 1) * LINE / 2;
        for (String words : lines) {
            svg.text("goal", "middle", x + CELL / 2, line, words);
            line += LINE;
        }
    }

    /** The table in sentences: "running becomes done by done." */
    public String sentences() {
        StringBuilder text = new StringBuilder();
        for (S a : from) {
            for (S b : to) {
                for (String move : moves.apply(a, b)) {
                    text.append(words(a))
                            .append(" becomes ")
                            .append(words(b))
                            .append(" by ")
                            .append(move)
                            .append(". ");
                }
            }
        }
        return text.toString().strip();
    }

    /** A constant's name as words. */
    public static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
