package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The log has texts as the server stored them, and the server alone says which characters its bytes are. */
@Databases({Engine.MARIADB, Engine.MYSQL})
class CharacterSetsTest {

    /** Sets that Java does not have; {@code tally pipeline check} refuses columns of them. */
    private static final List<String> REFUSED = List.of("armscii8", "dec8", "geostd8", "hp8", "keybcs2", "swe7");

    @Test
    void every_character_of_every_set_reads_as_the_server_reads_it(TestDatabase db) throws SQLException {
        List<String> unknown = new ArrayList<>();
        try (Connection connection = db.connect()) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET SESSION "
                        + (db.engine() == Engine.MARIADB ? "max_recursive_iterations" : "cte_max_recursion_depth")
                        + " = 1000000");
            }
            for (List<String> set : SourceSql.rows(
                    connection,
                    "SELECT character_set_name, maxlen FROM information_schema.character_sets WHERE character_set_name"
                            + " NOT IN ('binary', 'ucs2') AND character_set_name NOT LIKE 'utf%'")) {
                if (!CharacterSets.isKnown(set.get(0))) {
                    unknown.add(set.get(0));
                    continue;
                }
                compare(connection, set.get(0), 0, 0xff, 1);
                if (!set.get(1).equals("1")) {
                    compare(connection, set.get(0), 0x8100, 0xffff, 2);
                }
                if (set.get(1).equals("3")) {
                    compare(connection, set.get(0), 0x8fa1a1, 0x8ffefe, 3);
                }
            }
        }
        assertThat(REFUSED).containsAll(unknown);
    }

    private static void compare(Connection connection, String set, int first, int last, int bytes) throws SQLException {
        String sql = """
                WITH RECURSIVE n (n) AS (SELECT %d UNION ALL SELECT n + 1 FROM n WHERE n < %d)
                SELECT HEX(b), CONVERT(t USING utf8mb4)
                  FROM (SELECT b, CONVERT(b USING %s) AS t FROM (SELECT UNHEX(LPAD(HEX(n), %d, '0')) AS b FROM n) one) two
                 WHERE t IS NOT NULL AND CHAR_LENGTH(t) = 1 AND HEX(t) = HEX(b)""".formatted(first, last, set, 2 * bytes);
        List<String> wrong = new ArrayList<>();
        int known = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                byte[] character = HexFormat.of().parseHex(rows.getString(1));
                String expected = rows.getString(2);
                if (isNone(set, expected, character)) {
                    continue;
                }
                known++;
                String found = CharacterSets.decode(set, character, 0, character.length);
                if (!found.equals(expected)) {
                    wrong.add(rows.getString(1) + " is " + expected + ", and was read as " + found);
                }
            }
        }
        assertThat(wrong).as("of " + set).isEmpty();
        assertThat(known).as("characters of %d bytes of %s", bytes, set).isGreaterThan(bytes == 3 ? 900 : 90);
    }

    /**
     * Bytes that are no character even to the server, and the 18 of GB 18030 that were for private use until that standard of 2022 gave
     * them numbers of Unicode: which of the two a Java says depends on its version.
     */
    private static boolean isNone(String set, String text, byte[] character) {
        return text == null
                || text.isEmpty()
                || text.equals("\ufffd")
                || text.equals("?") && character[0] != '?'
                || set.equals("gb18030") && text.charAt(0) >= '\ue000' && text.charAt(0) <= '\uf8ff';
    }

    @Test
    void texts_with_such_characters_are_read_whole() {
        assertThat(decode("eucjpms", "41ada1a1c1f5a18ff5a18ea641")).isEqualTo("A①～\ue000\ue3acｦA");
        assertThat(decode("cp866", "8ffc41fd")).isEqualTo("ПⁿA²");
        assertThat(decode("sjis", "41815f83658158b1")).isEqualTo("A\\テ々ｱ");
        assertThat(decode("latin1", "e9808141")).isEqualTo("é€\u0081A");
        assertThat(decode("ujis", "")).isEmpty();
        assertThat(decode("ujis", "418fa2")).as("torn").startsWith("A");
    }

    private static String decode(String set, String hex) {
        byte[] bytes = HexFormat.of().parseHex("ff" + hex);
        return CharacterSets.decode(set, bytes, 1, bytes.length - 1);
    }
}
