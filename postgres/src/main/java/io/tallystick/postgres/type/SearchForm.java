package io.tallystick.postgres.type;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Text search (utils/adt/tsvector.c and tsquery.c). Stateless. */
final class SearchForm {

    private static final int OPERAND = 1;
    private static final int NOT = 1;
    private static final int AND = 2;
    private static final int OR = 3;
    private static final int PHRASE = 4;
    private static final int POSITION = 0x3FFF;

    private SearchForm() {}

    /** Words with their positions, each with a weight in its two highest bits. */
    static Object vector(ByteBuffer in) {
        List<String> words = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            String word = quoted(cString(in));
            List<String> positions = new ArrayList<>();
            for (int more = in.getShort() & 0xFFFF; more > 0; more--) {
                int position = in.getShort() & 0xFFFF;
                positions.add((position & POSITION)
                        + "DCBA".substring(position >> 14, (position >> 14) + 1).replace("D", ""));
            }
            words.add(positions.isEmpty() ? word : word + ":" + String.join(",", positions));
        }
        return String.join(" ", words);
    }

    /** A tree, operators before their operands. */
    static Object query(ByteBuffer in) {
        return in.getInt() == 0 ? "" : node(in);
    }

    private static String node(ByteBuffer in) {
        if (in.get() == OPERAND) {
            return operand(in);
        }
        int operator = in.get();
        if (operator == NOT) {
            return "!" + node(in);
        }
        String sign = switch (operator) {
            case AND -> " & ";
            case OR -> " | ";
            case PHRASE -> phrase(in.getShort() & 0xFFFF);
            default -> throw new IllegalArgumentException("operator " + operator);
        };
        // the right one comes first
        String right = node(in);
        return "( " + node(in) + sign + right + " )";
    }

    private static String phrase(int distance) {
        return distance == 1 ? " <-> " : " <" + distance + "> ";
    }

    private static String operand(ByteBuffer in) {
        int weights = in.get();
        boolean prefix = in.get() != 0;
        String word = quoted(cString(in));
        StringBuilder marks = new StringBuilder(prefix ? "*" : "");
        for (int i = 3; i >= 0; i--) {
            marks.append((weights & 1 << i) != 0 ? "DCBA".substring(i, i + 1) : "");
        }
        return marks.isEmpty() ? word : word + ":" + marks;
    }

    static String cString(ByteBuffer in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte next = in.get(); next != 0; next = in.get()) {
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String quoted(String word) {
        return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
