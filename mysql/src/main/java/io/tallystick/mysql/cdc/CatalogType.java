package io.tallystick.mysql.cdc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Makes a type from what information_schema.columns says, such that the log describes the same column by an equal one. Stateless. */
final class CatalogType {

    private CatalogType() {}

    /** @param row data_type, column_type, character_set_name, octet length, precision, scale, datetime precision */
    static MySqlType of(List<String> row, boolean json) {
        String word = row.get(0).toLowerCase(Locale.ROOT);
        String whole = row.get(1);
        String set = row.get(2).isEmpty() ? CharacterSets.BINARY : row.get(2);
        boolean unsigned = whole.toLowerCase(Locale.ROOT).matches(".*\\bunsigned\\b.*") && !whole.contains("'");
        return switch (word) {
            case "decimal", "numeric" ->
                new MySqlType(ColumnForm.DECIMAL, number(row.get(4)), number(row.get(5)), unsigned, "", List.of());
            case "bit" -> MySqlType.sized(ColumnForm.BIT, number(row.get(4)));
            case "time", "datetime", "timestamp" ->
                new MySqlType(form(word), 0, number(row.get(6)), false, "", List.of());
            case "char", "binary", "varchar", "varbinary", "vector" -> string(word, whole, set, number(row.get(3)));
            case "enum", "set" -> new MySqlType(form(word), 0, 0, false, set, labels(whole));
            case "uuid", "inet4", "inet6", "date", "year", "json" -> MySqlType.plain(form(word));
            case "tinyint", "smallint", "mediumint", "int", "bigint", "float", "double" ->
                new MySqlType(form(word), 0, 0, unsigned, "", List.of());
            default -> large(word, whole, set, json);
        };
    }

    private static MySqlType string(String word, String whole, String set, int octets) {
        if (word.equals("vector")) {
            return MySqlType.plain(ColumnForm.VECTOR);
        }
        ColumnForm form = form(isCompressed(whole) ? "compressed_" + word : word);
        return new MySqlType(form, octets, 0, false, form.isText() ? set : "", List.of());
    }

    /** TEXT and BLOB of every size, and every geometry. */
    private static MySqlType large(String word, String whole, String set, boolean json) {
        boolean text = word.endsWith("text");
        if (!text && !word.endsWith("blob")) {
            return MySqlType.plain(ColumnForm.GEOMETRY);
        }
        int size = word.startsWith("tiny") ? 1 : word.startsWith("medium") ? 3 : word.startsWith("long") ? 4 : 2;
        String plain = text ? "text" : "blob";
        ColumnForm form =
                json && text ? ColumnForm.JSON_TEXT : form(isCompressed(whole) ? "compressed_" + plain : plain);
        return new MySqlType(form, size, 0, false, text ? set : "", List.of());
    }

    private static boolean isCompressed(String whole) {
        return whole.contains("COMPRESSED");
    }

    private static ColumnForm form(String word) {
        return ColumnForm.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static int number(String text) {
        return text.isEmpty() ? 0 : Integer.parseInt(text);
    }

    /** Reads {@code enum('a','it''s')}; the server doubles quotes and escapes backslashes and control characters. */
    static List<String> labels(String whole) {
        List<String> labels = new ArrayList<>();
        int at = whole.indexOf('\'');
        while (at >= 0) {
            StringBuilder label = new StringBuilder();
            int next = at + 1;
            while (whole.charAt(next) != '\'' || next + 1 < whole.length() && whole.charAt(next + 1) == '\'') {
                char c = whole.charAt(next);
                if (c == '\\' || c == '\'') {
                    next++;
                    c = c == '\\' ? escaped(whole.charAt(next)) : c;
                }
                label.append(c);
                next++;
            }
            labels.add(label.toString());
            at = whole.indexOf('\'', next + 1);
        }
        return labels;
    }

    private static char escaped(char c) {
        return switch (c) {
            case '0' -> '\0';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> c;
        };
    }
}
