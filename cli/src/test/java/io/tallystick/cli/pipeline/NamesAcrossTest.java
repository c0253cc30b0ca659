package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables and columns may be called anything: Korean, with blanks and quotes, as words of SQL or of the expressions. */
@ExtendWith(Servers.Extension.class)
class NamesAcrossTest {

    private static final List<String> COLUMNS = List.of("번호", "이름", "a b", "Group", "size", "it's", "q\"`");

    private final Servers servers;

    NamesAcrossTest(Servers servers) {
        this.servers = servers;
    }

    private static String quoted(TestDatabase db, String name) {
        String quote = db.engine() == Engine.POSTGRESQL ? "\"" : "`";
        return quote + name.replace(quote, quote + quote) + quote;
    }

    private static String create(TestDatabase db, String table) {
        StringBuilder sql = new StringBuilder("CREATE TABLE " + quoted(db, table) + " (");
        COLUMNS.forEach(column -> sql.append(quoted(db, column)).append(" VARCHAR(40), "));
        return sql + "PRIMARY KEY (" + quoted(db, "번호") + "))";
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB", "POSTGRESQL, MYSQL"})
    void rows_arrive_whatever_their_tables_and_columns_are_called(Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        String orders = "주문 \"내역\"";
        source.execute(
                create(source, orders),
                "INSERT INTO " + quoted(source, orders) + " VALUES ('가', '김', 'b', 'g', 's', 'i', 'q')");
        target.execute(create(target, orders), create(target, "Select"));
        String yaml = Pipe.head(("names_" + from + "_" + to).toLowerCase(Locale.ROOT), source, List.of(), target)
                        .replace("tables: []", "tables: ['" + Pipe.name(source, orders) + "']")
                + """
                routes:
                  - from: '%s'
                    to:
                      - {target: t1, table: '%s'}
                      - target: t1
                        table: %s
                        set:
                          번호: 번호
                          이름: "concat(이름, '님')"
                          a b: "concat(`a b`, '!', `it's`)"
                          Group: Group
                          size: size
                          it's: "`it's`"
                          'q"`': "'`no name` in a text'"
                """.formatted(Pipe.name(source, orders), Pipe.name(target, orders), Pipe.name(target, "Select"));
        try (Pipe pipe = Pipe.start(yaml)) {
            String copied = "SELECT * FROM " + quoted(target, orders) + " ORDER BY 1";
            String made = "SELECT * FROM " + quoted(target, "Select") + " ORDER BY 1";
            pipe.awaitRows(
                    target, made, found -> assertThat(found).containsExactly("가|김님|b!i|g|s|i|`no name` in a text"));
            Pipe.inOne(
                    source,
                    "UPDATE " + quoted(source, orders) + " SET " + quoted(source, "이름") + " = '이', "
                            + quoted(source, "a b") + " = 'B' WHERE " + quoted(source, "번호") + " = '가'",
                    "INSERT INTO " + quoted(source, orders)
                            + " VALUES ('나', '박', 'b', 'g', 's', 'i', 'q'), ('다', '최', '', '', '', '', '')",
                    "UPDATE " + quoted(source, orders) + " SET " + quoted(source, "번호") + " = '라' WHERE "
                            + quoted(source, "번호") + " = '나'",
                    "DELETE FROM " + quoted(source, orders) + " WHERE " + quoted(source, "번호") + " = '다'");
            pipe.awaitRows(
                    target, copied, found -> assertThat(found).containsExactly("가|이|B|g|s|i|q", "라|박|b|g|s|i|q"));
            assertThat(Pipe.rows(target, made))
                    .containsExactly("가|이님|B!i|g|s|i|`no name` in a text", "라|박님|b!i|g|s|i|`no name` in a text");
        }
    }
}
