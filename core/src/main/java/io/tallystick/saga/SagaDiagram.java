package io.tallystick.saga;

import io.tallystick.drawing.Svg;
import java.time.Duration;
import java.util.Locale;

/**
 * Draws a saga: left to right, branches below each other, the pivot marked, compensations as dashed arrows back. Pure.
 */
public final class SagaDiagram {

    private static final int NARROWEST = 170;
    private static final int LETTER = 7;
    private static final int HEIGHT = 84;
    private static final int GAP = 56;
    private static final int LANE = HEIGHT + 64;
    private static final int MARGIN = 32;
    private static final int TOP = 88;

    private final SagaGraph graph;
    private final int[] column;
    private final int[] lane;
    private final int boxWidth;

    private SagaDiagram(SagaGraph graph) {
        this.graph = graph;
        this.column = new int[graph.size()];
        this.lane = new int[graph.size()];
        this.boxWidth = graph.steps().stream()
                .mapToInt(step ->
                        Math.max(kind(step).length() * LETTER, step.name().length() * (LETTER + 2)) + 32)
                .reduce(NARROWEST, Math::max);
        place();
    }

    /** A picture of its own, with title and description for screen readers, for light and dark. */
    public static String svg(SagaGraph graph) {
        return new SagaDiagram(graph).draw();
    }

    /** The same for places that render Mermaid. */
    public static String mermaid(SagaGraph graph) {
        StringBuilder text = new StringBuilder("flowchart LR\n");
        for (int i = 0; i < graph.size(); i++) {
            StepSpec step = graph.steps().get(i);
            String words = "\"" + step.name() + "<br/>" + words(step) + "\"";
            text.append("  s").append(i).append(step.pivot() ? "{{" + words + "}}" : "[" + words + "]");
            text.append('\n');
        }
        for (int i = 0; i < graph.size(); i++) {
            for (int before : graph.before(i)) {
                text.append("  s").append(before).append(" --> s").append(i).append('\n');
                if (graph.steps().get(before).compensated()) {
                    text.append("  s")
                            .append(i)
                            .append(" -. compensate .-> s")
                            .append(before)
                            .append('\n');
                }
            }
        }
        return text.toString();
    }

    /** A column per longest path to the step, a lane per step in its column. */
    private void place() {
        int[] filled = new int[graph.size()];
        for (int i = 0; i < graph.size(); i++) {
            for (int before : graph.before(i)) {
                column[i] = Math.max(column[i], column[before] + 1);
            }
            lane[i] = filled[column[i]]++;
        }
    }

    private String draw() {
        int columns = 0;
        int lanes = 0;
        for (int i = 0; i < graph.size(); i++) {
            columns = Math.max(columns, column[i] + 1);
            lanes = Math.max(lanes, lane[i] + 1);
        }
        int width = Math.max(560, 2 * MARGIN + columns * (boxWidth + GAP) - GAP);
        Svg svg = new Svg(width, TOP + lanes * LANE + 12, "Saga " + graph.type(), description());
        svg.text("title", MARGIN, 38, graph.type());
        svg.text("quiet", MARGIN, 60, subtitle());
        for (int i = 0; i < graph.size(); i++) {
            arrows(svg, i);
        }
        for (int i = 0; i < graph.size(); i++) {
            step(svg, i);
        }
        return svg.toString();
    }

    private void step(Svg svg, int i) {
        StepSpec step = graph.steps().get(i);
        int radius = step.kind().external() ? 20 : step.kind() == StepKind.DELAY ? HEIGHT / 2 : 6;
        svg.box(step.pivot() ? "box pivot" : "box", x(i), y(i), boxWidth, HEIGHT, radius);
        svg.text("name", "middle", x(i) + boxWidth / 2, y(i) + 30, step.name());
        svg.text("quiet", "middle", x(i) + boxWidth / 2, y(i) + 50, kind(step));
        svg.text(step.pivot() ? "mark" : "tiny", "middle", x(i) + boxWidth / 2, y(i) + 70, role(step));
    }

    private void arrows(Svg svg, int i) {
        int into = y(i) + HEIGHT / 2;
        for (int before : graph.before(i)) {
            int from = x(before) + boxWidth;
            int out = y(before) + HEIGHT / 2;
            int bend = from + GAP / 2;
            svg.path("line", "to", "M" + from + " " + out + " H" + bend + " V" + into + " H" + x(i));
        }
        StepSpec step = graph.steps().get(i);
        if (step.compensated()) {
            int right = x(i) + boxWidth - 36;
            int left = x(i) + 36;
            int low = y(i) + HEIGHT;
            svg.path(
                    "undo",
                    "undoes",
                    "M" + right + " " + low + " v12 a10 10 0 0 1 -10 10 H" + (left + 10) + " a10 10 0 0 1 -10 -10 V"
                            + (low + 1));
            svg.text("back", "middle", x(i) + boxWidth / 2, low + 40, "compensation");
        }
    }

    private int x(int i) {
        return MARGIN + column[i] * (boxWidth + GAP);
    }

    private int y(int i) {
        return TOP + lane[i] * LANE;
    }

    private String subtitle() {
        return graph.deadline() == null
                ? "no deadline"
                : "cancelled after " + words(graph.deadline()) + " unless its pivot is done";
    }

    private static String words(Duration length) {
        return length.toSeconds() % 60 == 0 ? length.toMinutes() + " min" : length.toSeconds() + " s";
    }

    private String description() {
        StringBuilder text = new StringBuilder();
        for (StepSpec step : graph.steps()) {
            text.append(step.name()).append(": ").append(words(step));
            text.append(step.after().isEmpty() ? ", first" : ", after " + String.join(" and ", step.after()));
            text.append(". ");
        }
        return text.toString().strip();
    }

    private static String words(StepSpec step) {
        return kind(step) + ", " + role(step);
    }

    private static String kind(StepSpec step) {
        String kind = step.kind().name().toLowerCase(Locale.ROOT);
        return step.traits().target().isEmpty()
                ? kind
                : kind + " · " + step.traits().target();
    }

    private static String role(StepSpec step) {
        return switch (step.conduct().recovery()) {
            case PIVOT -> "pivot: no way back";
            case FORWARD_ONLY -> "forward only";
            case COMPENSABLE ->
                step.traits().readOnly() ? "read only" : step.compensated() ? "compensable" : "no compensation";
        };
    }
}
