package io.tallystick.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows under headings. On a terminal the widest columns that may shrink give way until a row fits a line; in a pipe nothing is
 * cut. Lives on one thread.
 */
final class Table {

    private static final int GAP = 2;
    private static final int NARROWEST = 6;

    private static final String INDENT = "    ";

    private final List<Column> columns;
    private final List<List<Cell>> rows = new ArrayList<>();
    /** What stands below a row, by its place. */
    private final Map<Integer, String> notes = new HashMap<>();

    /**
     * A column.
     *
     * @param right numbers stand right
     * @param shrinks whether it may become narrower: an id may not
     * @param wraps whether what does not fit goes on below instead of being cut
     */
    record Column(String heading, boolean right, boolean shrinks, boolean wraps) {
        static Column fixed(String heading) {
            return new Column(heading, false, false, false);
        }

        static Column text(String heading) {
            return new Column(heading, false, true, false);
        }

        static Column wrapped(String heading) {
            return new Column(heading, false, true, true);
        }

        static Column number(String heading) {
            return new Column(heading, true, false, false);
        }
    }

    Table(Column... columns) {
        this.columns = List.of(columns);
    }

    /**
     * With a long text for each row: on a terminal below the row, in a pipe as its last column. Rows in succession with the same text
     * have it once, below the last of them.
     *
     * @param heading of that column
     */
    static Table withNotes(Terminal terminal, String heading, Column... columns) {
        if (terminal.interactive()) {
            return new Table(columns);
        }
        Column[] all = Arrays.copyOf(columns, columns.length + 1);
        all[columns.length] = Column.text(heading);
        return new Table(all);
    }

    /** A row of a table {@link #withNotes}. */
    Table noted(String note, Object... cells) {
        if (cells.length == columns.size()) {
            row(cells);
            notes.put(rows.size() - 1, TextWidth.printable(note));
            return this;
        }
        Object[] all = Arrays.copyOf(cells, cells.length + 1);
        all[cells.length] = note;
        return row(all);
    }

    Table row(Object... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(Arrays.stream(cells)
                .map(cell -> cell instanceof Cell ready ? ready : Cell.of(cell))
                .toList());
        return this;
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    List<String> lines(Terminal terminal) {
        int[] widths = widths(terminal.width());
        List<String> lines = new ArrayList<>();
        List<Cell> headings = columns.stream()
                .map(column -> new Cell(column.heading(), Tone.QUIET))
                .toList();
        if (columns.stream().anyMatch(column -> !column.heading().isEmpty())) {
            lines.add(line(headings, widths, terminal));
        }
        for (int place = 0; place < rows.size(); place++) {
            broken(rows.get(place), widths).forEach(part -> lines.add(line(part, widths, terminal)));
            String note = notes.get(place);
            if (note != null && !note.equals(notes.get(place + 1))) {
                TextWidth.wrap(note, Math.max(NARROWEST, terminal.width() - INDENT.length()))
                        .forEach(part -> lines.add(INDENT + Tone.QUIET.paint(part, terminal)));
            }
        }
        return lines;
    }

    /** A row as one line, or as several where a column wraps. */
    private List<List<Cell>> broken(List<Cell> row, int[] widths) {
        List<List<String>> parts = new ArrayList<>();
        int height = 1;
        for (int i = 0; i < widths.length; i++) {
            String text = row.get(i).text();
            parts.add(columns.get(i).wraps() ? TextWidth.wrap(text, Math.max(1, widths[i])) : List.of(text));
            height = Math.max(height, parts.get(i).size());
        }
        List<List<Cell>> lines = new ArrayList<>();
        for (int line = 0; line < height; line++) {
            List<Cell> cells = new ArrayList<>();
            for (int i = 0; i < widths.length; i++) {
                List<String> own = parts.get(i);
                cells.add(new Cell(
                        line < own.size() ? own.get(line) : "", row.get(i).tone()));
            }
            lines.add(cells);
        }
        return lines;
    }

    private int[] widths(int available) {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = TextWidth.of(columns.get(i).heading());
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], TextWidth.of(row.get(i).text()));
            }
        }
        int tooMuch = Arrays.stream(widths).sum() + GAP * (widths.length - 1) - available;
        while (tooMuch > 0) {
            int widest = widestThatShrinks(widths);
            if (widest < 0) {
                break;
            }
            widths[widest]--;
            tooMuch--;
        }
        return widths;
    }

    private int widestThatShrinks(int[] widths) {
        int widest = -1;
        for (int i = 0; i < widths.length; i++) {
            if (columns.get(i).shrinks() && widths[i] > NARROWEST && (widest < 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        return widest;
    }

    private String line(List<Cell> cells, int[] widths, Terminal terminal) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String text = TextWidth.cut(cells.get(i).text(), widths[i]);
            boolean last = i == widths.length - 1;
            int missing = widths[i] - TextWidth.of(text);
            String painted = cells.get(i).tone().paint(text, terminal);
            if (columns.get(i).right()) {
                line.append(" ".repeat(missing)).append(painted);
            } else {
                line.append(painted).append(last ? "" : " ".repeat(missing));
            }
            line.append(last ? "" : " ".repeat(GAP));
        }
        return line.toString().stripTrailing();
    }
}
