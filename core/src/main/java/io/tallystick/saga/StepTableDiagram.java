package io.tallystick.saga;

import io.tallystick.drawing.MoveTable;
import io.tallystick.saga.StepTable.Move;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Draws {@link StepTable}: a row for each status, a column for each it can become, and in the cell what leads there. */
final class StepTableDiagram {

    private StepTableDiagram() {}

    static String svg() {
        List<StepStatus> all = List.of(StepStatus.values());
        return new MoveTable<>(
                        "The step machine",
                        "From the row's status to the column's; the cell says what leads there.",
                        all,
                        all,
                        StepTableDiagram::moves)
                .svg("Every legal move of a step. " + sentences());
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

    private static List<String> moves(StepStatus from, StepStatus to) {
        List<String> moves = new ArrayList<>();
        Map<Move, StepStatus> row = StepTable.moves().getOrDefault(from, Map.of());
        row.forEach((move, next) -> {
            if (next == to) {
                moves.add(MoveTable.words(move));
            }
        });
        return moves;
    }

    private static String sentences() {
        StringBuilder text = new StringBuilder();
        for (StepStatus from : StepStatus.values()) {
            StepTable.moves()
                    .getOrDefault(from, Map.of())
                    .forEach((move, to) -> text.append(MoveTable.words(from))
                            .append(" becomes ")
                            .append(MoveTable.words(to))
                            .append(" by ")
                            .append(MoveTable.words(move))
                            .append(". "));
        }
        return text.toString().strip();
    }
}
