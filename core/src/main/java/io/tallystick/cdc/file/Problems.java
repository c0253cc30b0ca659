package io.tallystick.cdc.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** Collects what is wrong with a file, in the order of its lines. */
final class Problems {

    private final List<Located> found = new ArrayList<>();

    void at(Node node, String message) {
        at(node.getStartMark(), message);
    }

    void at(Optional<Mark> mark, String message) {
        int line = mark.map(place -> place.getLine() + 1).orElse(1);
        int column = mark.map(place -> place.getColumn() + 1).orElse(1);
        found.add(new Located(line, column, message));
    }

    boolean any() {
        return !found.isEmpty();
    }

    List<String> inOrder() {
        return found.stream()
                .sorted()
                .map(one -> "line " + one.line + ", column " + one.column + ": " + one.message)
                .toList();
    }

    private record Located(int line, int column, String message) implements Comparable<Located> {
        @Override
        public int compareTo(Located other) {
            return line == other.line ? Integer.compare(column, other.column) : Integer.compare(line, other.line);
        }
    }
}
