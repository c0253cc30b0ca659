package io.tallystick.saga;

import io.tallystick.saga.StepTable.Move;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws {@link StepTable}: a row for each status, a column for each it can become, and in the cell what leads there. */
final class StepTableDiagram {

    private static final int LEFT = 150;
    private static final int CELL = 118;
    private static final int ROW = 62;
    private static final int TOP = 118;
    private static final int MARGIN = 28;

    private StepTableDiagram() {}

    static String svg() {
        StepStatus[] all = StepStatus.values();
        Svg svg = new Svg(
                MARGIN * 2 + LEFT + all.length * CELL,
                TOP + all.length * ROW + MARGIN,
                "The step machine",
                "Every legal move of a step. " + sentences());
        svg.text("title", MARGIN, 40, "The step machine");
        svg.text("quiet", MARGIN, 62, "From the row's status to the column's; the cell says what leads there.");
        for (int i = 0; i < all.length; i++) {
            int y = TOP + i * ROW;
            if (i % 2 == 0) {
                svg.fill("alt", MARGIN, y, LEFT + all.length * CELL, ROW);
            }
            svg.text("head", "middle", MARGIN + LEFT + i * CELL + CELL / 2, TOP - 16, words(all[i]));
            svg.text("name", MARGIN + 10, y + ROW / 2 + 5, words(all[i]));
            for (int j = 0; j < all.length; j++) {
                cell(svg, MARGIN + LEFT + j * CELL, y, moves(all[i], all[j]));
            }
        }
        return svg.toString();
    }

    static String mermaid() {
        StringBuilder text = new StringBuilder("stateDiagram-v2\n  [*] --> NOT_STARTED\n");
        for (StepStatus from : StepStatus.values()) {
            for (StepStatus to : StepStatus.values()) {
                List<String> moves = moves(from, to);
                if (!moves.isEmpty()) {
                    text.append("  ").append(from).append(" --> ").append(to);
                    text.append(" : ").append(String.join(" / ", moves)).append('\n');
                }
            }
        }
        return text.toString();
    }

    private static void cell(Svg svg, int x, int y, List<String> moves) {
        if (moves.isEmpty()) {
            return;
        }
        svg.fill("cell", x + 4, y + 4, CELL - 8, ROW - 8);
        int line = y + ROW / 2 + 4 - (moves.size() - 1) * 8;
        for (String move : moves) {
            svg.text("goal", "middle", x + CELL / 2, line, move);
            line += 16;
        }
    }

    private static List<String> moves(StepStatus from, StepStatus to) {
        List<String> moves = new ArrayList<>();
        Map<Move, StepStatus> row = StepTable.moves().getOrDefault(from, Map.of());
        row.forEach((move, next) -> {
            if (next == to) {
                moves.add(words(move));
            }
        });
        return moves;
    }

    private static String sentences() {
        StringBuilder text = new StringBuilder();
        for (StepStatus from : StepStatus.values()) {
            StepTable.moves()
                    .getOrDefault(from, Map.of())
                    .forEach((move, to) -> text.append(words(from))
                            .append(" becomes ")
                            .append(words(to))
                            .append(" by ")
                            .append(words(move))
                            .append(". "));
        }
        return text.toString().strip();
    }

    private static String words(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
